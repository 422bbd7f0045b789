//! Things children have grown out of, or soon will.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        189,
        LikeNew,
        "Stokke Tripp Trapp mit Baby Set, natur",
        "Geprüft, alle Schrauben da, Bügel und Kissen gewaschen. Nur Kanten mit kleinen Macken.",
    ),
    own(
        Berlin,
        35,
        Good,
        "Bugaboo Bee 5 raincover and cup holder, no pram",
        "Cover without holes, zip fine. Cup holder clip got replaced, works.",
    ),
    own(
        Berlin,
        18,
        Fair,
        "Puky Laufrad LR M, rot, Reifen runtergefahren",
        "Lenker und Lager top, Reifen platt und blank, ein Ersatzsatz liegt bei. Aus dem Hinterhof, noch \
         lange gut für ein Geschwisterkind.",
    ),
    shop(
        Brussels,
        62,
        New,
        "Set pyjama bébé bio, 3-6 mois, 4 pièces, étiquettes",
        "Coton certifié, stock de la boutique. Tailles étiquetées, échange possible.",
    ),
    own(
        Brussels,
        28,
        LikeNew,
        "Baby carrier Ergobaby Omni 360, grey",
        "Washed with baby soap, no pilling. Manual as PDF by mail. From a smoke-free home in Schaerbeek.",
    ),
    own(
        Brussels,
        15,
        Good,
        "Lot of 30 Playmobil figures and the farm",
        "Most hands still grip. The barn door is there, the tractor's back wheel came loose and glued.",
    ),
    shop(
        Amsterdam,
        145,
        LikeNew,
        "Yoyo2 Babyzen stroller 6+, black frame, toffee",
        "Checked brakes, basket and lock. Fold works with one hand. Light shine on the handle foam.",
    ),
    own(
        Amsterdam,
        45,
        Good,
        "IKEA Sundvik children's table and two chairs",
        "Paint marker scars on one seat. Sturdy as ever. Will be folded flat for the bakfiets ride.",
    ),
    own(
        Amsterdam,
        20,
        LikeNew,
        "Baby bath with stand, Stokke Flexi Bath, sage",
        "Foldable, drain plug seals. Used for five months only, he grew fast.",
    ),
    shop(
        London,
        65,
        New,
        "Grobag sleeping bags 2.5 tog, 6-18 months, pack of two",
        "New with tags. One owl print, one stripes. From a small London wholesaler, returns accepted \
         unwashed.",
    ),
    own(
        London,
        40,
        LikeNew,
        "Tonies box and 14 figures, turquoise",
        "Charger stand and all figures listed on request. The Gruffalo was the favourite, still plays every \
         word.",
    ),
    own(
        London,
        22,
        Good,
        "Joie Nitro buggy, grey",
        "Two front wheels squeak but roll straight. Shopping basket torn at one loop, sewn again. Fits in a \
         bus.",
    ),
    shop(
        Paris,
        58,
        New,
        "Lot de vêtements Petit Bateau, 12 mois, neufs",
        "Trois bodies, deux combinaisons, étiquettes présentes. Fins de série.",
    ),
    own(
        Paris,
        30,
        Good,
        "Trotteur en bois Moulin Roty, complet",
        "Cubes sans jeu, un coin usé par les petites mains. Très joli, très solide.",
    ),
    own(
        Paris,
        80,
        LikeNew,
        "Poussette Cybex Balios S, châssis noir",
        "Utilisée par les grands-parents seulement. Roues propres, capote délavée à peine.",
    ),
    shop(
        Lisbon,
        39,
        New,
        "Conjunto de fraldas de pano, 5 unidades",
        "Novas, com absorventes. Fabrico português. Embalagem aberta só para foto.",
    ),
    own(
        Lisbon,
        25,
        LikeNew,
        "Lego Duplo Train, complete",
        "Locomotive works on three AAs. Two rails slightly bowed, box cut open from above.",
    ),
    own(
        Lisbon,
        12,
        Fair,
        "Bicicleta de equilíbrio, azul, para restaurar",
        "Punhos novos mas a tinta descasca e o selim está rasgado. Boa para pintar em família.",
    ),
    shop(
        NewYork,
        210,
        LikeNew,
        "UPPAbaby Vista V2, jake/black, bassinet included",
        "One owner, checked by our service desk, recall part already replaced. Bassinet used four months.",
    ),
    own(
        NewYork,
        45,
        Good,
        "Melissa and Doug wooden kitchen set + 22 play foods",
        "Oven knob reglued, play foods mostly velcro and all present. Carry it down from a third floor, it's \
         heavy.",
    ),
    own(
        NewYork,
        30,
        LikeNew,
        "Hatch Rest sound machine, first generation",
        "Works, reset, with a plug. We have a newer one, the baby now objects to all of them.",
    ),
    shop(
        SanFrancisco,
        85,
        New,
        "Primary kids fleece sets, 4T-5T, 6 pieces",
        "New, tags on, mixed colors. Ordered double for a summer camp that moved online.",
    ),
    own(
        SanFrancisco,
        60,
        LikeNew,
        "Nuna Pipa infant seat base, 2 pieces",
        "Base only, no car seat, which expires in 2029 by the sticker. Never in a crash.",
    ),
    own(
        SanFrancisco,
        25,
        Good,
        "Magna-Tiles, 62 pieces",
        "Two corners chewed by a dog named Pickle, otherwise complete. Cleaned with vinegar.",
    ),
    shop(
        Istanbul,
        1_900,
        LikeNew,
        "Chicco Next2Me beşik, gri",
        "Sağlam, çarşaf seti yıkandı. Yan panelin fermuarı sıkı. Showroomda kuruldu, evde kullanılmadı.",
    ),
    own(
        Istanbul,
        750,
        Good,
        "Bebek arabası Maxi Cosi Laika, kutusuz",
        "Tekerlekleri temiz, tekerlek frenlerinden biri sert. Yağmurluğu var, örtüsü yok.",
    ),
    own(
        Istanbul,
        250,
        Fair,
        "Ahşap denge bisikleti, vernik gitmiş",
        "Çocuk kullandı, kardeşine küçük geldi. Direksiyon sağlam, vernik isteyene zımpara lazım.",
    ),
    shop(
        Dubai,
        320,
        New,
        "Graco car seat 4-in-1, boxed, charcoal",
        "Sealed box, manual in Arabic and English. Delivery to any emirate.",
    ),
    own(
        Dubai,
        130,
        LikeNew,
        "Skip Hop play mat, pastels",
        "Folded once for the flight, no stain. Two mats joined, 80 x 150 cm.",
    ),
    own(
        Dubai,
        75,
        Good,
        "Nuby feeding set and silicone bibs, 14 pieces",
        "Boiled and dried. One spoon has a bite mark, very normal we are told.",
    ),
    own(
        Berlin,
        55,
        LikeNew,
        "Hape Kugelbahn Quadrilla \"Vertigo\", vollständig",
        "Alle 85 Teile gezählt, eine Kugel durch eine gleich große Murmel ersetzt. Originalkarton \
         eingerissen.",
    ),
    own(
        London,
        95,
        Good,
        "Micro Mini Deluxe scooter and helmet, blue",
        "Bell missing, grip tape new. Helmet fits 51-54 cm, shell with light scratches and never dropped \
         hard.",
    ),
    shop(
        Paris,
        24,
        New,
        "Doudou Jellycat lapin, gris, 31 cm, étiquette",
        "Neuf avec étiquette, stock de la boutique. Emballage cadeau offert.",
    ),
];
