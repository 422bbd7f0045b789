//! Everything else: bicycles, instruments, the great outdoors.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        285,
        Good,
        "Stahlrad Peugeot PX10, RH 56, 1978",
        "Läuft, Lager nachgestellt, Reifen neu. Sattel nachgerüstet, Rahmen mit Kratzern an der \
         Kettenstrebe, keine Delle.",
    ),
    own(
        Berlin,
        40,
        LikeNew,
        "Yamaha C40 classical guitar with soft case",
        "Bought in lockdown, three chords later I found out about the piano. One small ding at the lower \
         bout.",
    ),
    own(
        Berlin,
        15,
        Good,
        "Badminton set, two rackets, net and shuttles",
        "One grip re-taped. Net fits between two garden poles. The neighbour's fence is not included.",
    ),
    shop(
        Brussels,
        120,
        LikeNew,
        "Decathlon B'Twin folding bike, 20 inch, 6-speed",
        "Serviced and adjusted. Lights tested, fold lock tight. Lower handlebar scratched where it folds.",
    ),
    own(
        Brussels,
        60,
        Good,
        "Table de ping-pong pliante, extérieure",
        "Roues d'un côté un peu grippées, filet neuf. Le plateau a vécu la pluie sans gonfler.",
    ),
    own(
        Brussels,
        25,
        LikeNew,
        "Duvel anniversary glasses, set of six",
        "The 1871 mark on each. Never in the dishwasher. Good company on a Sunday.",
    ),
    shop(
        Amsterdam,
        340,
        LikeNew,
        "Gazelle Esprit C7, Dames 53, 2021",
        "Our shop bike: brakes and chain done, saddle as new, key with two copies. Small scratches at the \
         rear carrier.",
    ),
    own(
        Amsterdam,
        80,
        Good,
        "Kayak Sevylor Riviera inflatable, two persons",
        "Used in Waterland for three summers. One valve cap is a spare part, no leaks over six hours. \
         Paddles included.",
    ),
    own(
        Amsterdam,
        18,
        Fair,
        "Rusty tool box with sockets, mostly metric",
        "10 mm is missing, of course. Ratchet slips at the last tooth. Free oil with it.",
    ),
    shop(
        London,
        75,
        LikeNew,
        "Brompton Borough waterproof bag, large, black",
        "Ex-rental, cleaned. Buckle and strap complete. Fits the block in all P and S types.",
    ),
    own(
        London,
        150,
        Good,
        "Brooks B17 saddle, rack and mudguards",
        "From an old Dawes. The saddle has a good break-in curve. Mudguards have one stay bent. Sold \
         together.",
    ),
    own(
        London,
        12,
        Fair,
        "Box of 70s LPs, about thirty, crate cracked",
        "The Carpenters, Shirley Bassey and other dads. Crackles on two. Cardboard smells, vinyl fine.",
    ),
    shop(
        Paris,
        420,
        Good,
        "Piano numérique Yamaha P-45 avec support, 88 touches",
        "Essai en boutique, pédale incluse. Éraflure sur le côté gauche. Livraison à voir ensemble.",
    ),
    own(
        Paris,
        55,
        LikeNew,
        "Trottinette pliante Oxelo, adulte",
        "Utilisée trois mois avant un vélo. Poignées sans jeu, roues à 90 %.",
    ),
    own(
        Paris,
        20,
        Good,
        "Valise Samsonite rigide, 69 cm, bordeaux",
        "Une roue un peu bruyante, code à trois chiffres connu, fermoir intact. A fait Tokyo.",
    ),
    shop(
        Lisbon,
        95,
        LikeNew,
        "Surfboard softboard 8'0, used in a school",
        "Leash and fin set included. Small dings repaired, no water inside. Ex school board, so honest \
         price.",
    ),
    own(
        Lisbon,
        130,
        Good,
        "Prancha bodyboard Morey, pés de pato 42-43",
        "Prancha com amassos normais de uso. Os pés de pato encaixam bem. Entrego em Cascais.",
    ),
    own(
        Lisbon,
        15,
        Fair,
        "Cinco suculentas em vaso rachado",
        "O vaso tem uma racha mas não verte. As plantas vão bem. Fico com as sementes.",
    ),
    shop(
        NewYork,
        320,
        LikeNew,
        "Trek FX 3 hybrid, large, 2020",
        "Tuned at our shop, new tires and cable. 2020 model with the alloy fork. Test rides on the block.",
    ),
    own(
        NewYork,
        45,
        Good,
        "Roller skates, Impala, US 8, with knee pads",
        "One stopper is worn at an angle like my skating. Wheels spin long, boots are clean inside.",
    ),
    own(
        NewYork,
        22,
        Fair,
        "Gaming table top, folding, slightly sticky felt",
        "Felt lifts in one corner. Legs fold, the cup holders are solid. Poker night or a crossword, up to \
         you.",
    ),
    shop(
        SanFrancisco,
        145,
        Good,
        "Osprey Atmos 65 backpack, M",
        "Rental fleet, washed and seam-checked. Hip belt pads have a shine, buckles replaced. Rain cover \
         new.",
    ),
    own(
        SanFrancisco,
        90,
        LikeNew,
        "Ukulele Kala concert with gig bag",
        "Strings changed on Sunday, plays in tune up the neck. I bought a tenor and a dog at the same time.",
    ),
    own(
        SanFrancisco,
        30,
        Good,
        "Camping set for two, Coleman stove and tin kitchen",
        "Stove lights on the second click. Some soot I could not convince. Fuel cartridge not included.",
    ),
    shop(
        Istanbul,
        12_500,
        Good,
        "Bianchi yol bisikleti, 54, karbon çatal",
        "Bakımı yapıldı, zincir yeni. Kadro boyasında kalem çizgisi kadar iz var. Ek parça listesi mevcut.",
    ),
    own(
        Istanbul,
        950,
        LikeNew,
        "Saz, kısa sap, 22 perde",
        "Akordu tutar, teller yeni, kılıfı var. Eşiği birazcık indirildi. Evde deneyebilirsiniz.",
    ),
    own(
        Istanbul,
        350,
        Good,
        "Yoga matı, blok ve kayış",
        "Mat temiz, kenarı biraz kıvrık. Blok mantar. Sahil yürüyüşü dönüşü alabilirsiniz.",
    ),
    shop(
        Dubai,
        1_900,
        LikeNew,
        "Golf set, Callaway Strata, right hand, 12 pieces",
        "Used on the range twelve times, grips clean. Bag stand mechanism works. We can hold it for a \
         weekend.",
    ),
    own(
        Dubai,
        380,
        Good,
        "Kitesurf board 138 cm with pads and handle",
        "Deck has a repaired ding near the heel, watertight for three seasons. No kite, no harness.",
    ),
    own(
        Dubai,
        55,
        Fair,
        "Camping chairs, pair, fading canvas",
        "Sun has taken the colour and one cup net. Frames hold. Desert tested until last winter.",
    ),
    own(
        Berlin,
        24,
        LikeNew,
        "Bialetti Moka 6 Tassen mit Ersatzdichtung, plus Milchaufschäumer",
        "Benutzt, entkalkt, glänzt nicht mehr aber kocht. Wechsel auf Filter war eine Lebensentscheidung.",
    ),
    shop(
        London,
        110,
        New,
        "Kids' scooter with helmet and pads, 6-8 years",
        "Boxed bundle, unused, all three together. Helmet adjusts from 50 to 54 cm, scooter holds 50 kg.",
    ),
    shop(
        Paris,
        68,
        New,
        "Set de jeux en bois, dames, échecs, backgammon",
        "Neuf, 28 cm, pièces lestées. Petite éraflure sur l'emballage, d'où le prix.",
    ),
];
