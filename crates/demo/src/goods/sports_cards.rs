//! Sports cards and stickers.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        89,
        New,
        "Topps Chrome Bundesliga 2024/25 Hobby Box, versiegelt",
        "18 Packs, ein Autogramm pro Box laut Hersteller. Original-Case-Ware, kein Umtausch nach dem Öffnen.",
    ),
    own(
        Berlin,
        12,
        Good,
        "Panini Sticker EM 2024, ca. 400 lose + Album",
        "Doppelte und ein angefangenes Album (312 von 728 geklebt). Kinder haben das Interesse verloren, ich \
         auch.",
    ),
    own(
        Berlin,
        140,
        LikeNew,
        "Jude Bellingham Topps Chrome UCL 2020/21 rookie refractor",
        "BVB shirt, sharp corners, no print lines that I can find. In a one-touch. I moved over to \
         basketball.",
    ),
    shop(
        Brussels,
        230,
        LikeNew,
        "Romelu Lukaku Topps Match Attax & Panini lot + Eden Hazard auto /99",
        "The Hazard is the value here, on-card auto in Chelsea blue, numbered 41/99. With our certificate \
         and photos.",
    ),
    own(
        Brussels,
        20,
        Fair,
        "Panini Football 1986 Belgique, album rempli à 80 %",
        "Reliure fatiguée, une page scotchée, autocollants bien droits. Scifo, Ceulemans, Pfaff sont là.",
    ),
    own(
        Brussels,
        45,
        Good,
        "60 cycling cards, Merlin Ultimate 1996-97",
        "Museeuw, Zabel, a very young Boonen is NOT in it, sorry. Binder pages included, some surface \
         scratches.",
    ),
    shop(
        Amsterdam,
        75,
        New,
        "Topps UEFA Champions League Merlin Chrome 2024 blaster",
        "Sealed, eight packs. Ajax hits are what most people here chase, no promises.",
    ),
    own(
        Amsterdam,
        150,
        LikeNew,
        "Max Verstappen Topps Turbo Attax 2016 rookie, PSA 8",
        "The affordable Max. Slab with one scuff on the back. Can show at Central station.",
    ),
    own(
        Amsterdam,
        25,
        Good,
        "Johan Cruijff Panini 1974-style reprint + 30 Eredivisie cards",
        "The Cruijff is a later reprint, I say so clearly. Rest is 2010s Topps. Nice desk decoration.",
    ),
    shop(
        London,
        110,
        LikeNew,
        "Bukayo Saka 2019/20 Topps Chrome rookie, raw NM+",
        "Clean surface, centring 55/45. Ships in a card saver with tracking.",
    ),
    own(
        London,
        28,
        Good,
        "Merlin Premier League 95 sticker album, complete",
        "Every sticker, every club badge. Spine has split a bit at the bottom, and someone wrote \"Gaz\" \
         inside the cover. Not me.",
    ),
    own(
        London,
        9,
        Fair,
        "Pro Set football cards 1990-91, about 250",
        "A carrier bag of them, all the haircuts you can handle. No order, soft corners. Collect or I post \
         at cost.",
    ),
    shop(
        Paris,
        340,
        LikeNew,
        "Victor Wembanyama 2023-24 Prizm base rookie, PSA 10",
        "Slab impeccable, étiquette vérifiable chez PSA. Envoi assuré ou remise en boutique.",
    ),
    own(
        Paris,
        60,
        Good,
        "Kylian Mbappé Panini 2017-18 autocollant Monaco, bon état",
        "Jamais collé. Coin supérieur gauche légèrement mou. Sous toploader depuis le début.",
    ),
    own(
        Paris,
        18,
        Fair,
        "Lot Panini France 98, 210 images + album abîmé",
        "L'album a pris l'humidité, les images sont saines. Zidane, Thuram, Barthez présents.",
    ),
    shop(
        Lisbon,
        95,
        LikeNew,
        "Cristiano Ronaldo Panini Futebol 2003-04 Sporting sticker",
        "Autocolante não colado, verso limpo. Vem com garantia escrita de autenticidade da nossa loja.",
    ),
    own(
        Lisbon,
        30,
        Good,
        "Caderneta Euro 2004 completa",
        "Todos os cromos colados, bem alinhados menos a página da Grécia, por vingança. Capa com um vinco.",
    ),
    own(
        Lisbon,
        22,
        LikeNew,
        "Topps Now João Neves, 3 cards",
        "From his last months at Benfica and first in Paris. Kept in the original mailers.",
    ),
    shop(
        NewYork,
        260,
        New,
        "2024 Topps Chrome Update baseball hobby box",
        "Factory sealed, 24 packs, 1 auto. Skenes rookies are in this one.",
    ),
    own(
        NewYork,
        375,
        LikeNew,
        "Aaron Judge 2017 Topps Chrome #169 rookie, PSA 10",
        "The catch variation is not this one, this is the base rookie. Clean slab. I'm a Mets fan, it always \
         felt wrong to keep it.",
    ),
    own(
        NewYork,
        20,
        Fair,
        "1989 Upper Deck partial set, no Griffey",
        "About 600 of 800, and yes, someone got to the Griffey before me. Storage box included, some ding on \
         the corners.",
    ),
    shop(
        SanFrancisco,
        180,
        LikeNew,
        "Stephen Curry 2009-10 Panini Classics rookie /999",
        "Numbered 612/999. Edges sharp, small factory speck lower border. We can hold it behind the counter \
         for 48 hours.",
    ),
    own(
        SanFrancisco,
        55,
        Good,
        "Joe Montana 1981 Topps #216, raw",
        "Off-centre to the left, corners show age, no creases. My dad's, and he lets it go to a fan.",
    ),
    own(
        SanFrancisco,
        40,
        LikeNew,
        "Brock Purdy Prizm rookies, lot of 5 different",
        "Base, green, and three inserts. All pulled from the same two boxes. Sleeves on.",
    ),
    shop(
        Istanbul,
        6_500,
        LikeNew,
        "Arda Güler Topps Chrome 2023 UCL Rookie, PSA 9",
        "Fenerbahçe formalı. Kasada küçük çizik, kart temiz. Sigortalı kargo.",
    ),
    own(
        Istanbul,
        450,
        Good,
        "Panini Süper Lig 2012 çıkartma albümü, yüzde 90",
        "Eksik 31 çıkartma var, listesi bende. Kapak biraz yıpranmış ama sayfalar sağlam.",
    ),
    own(
        Istanbul,
        900,
        LikeNew,
        "Hakan Çalhanoğlu Match Attax signature style + 80 cards",
        "Inter and Milan years. Base cards all mint, the signature one is printed, not hand signed.",
    ),
    shop(
        Dubai,
        1_450,
        LikeNew,
        "Lionel Messi Topps Inter Miami 2023 gold refractor /50",
        "Hand-numbered 17/50, stored at 45 % humidity. Documents for export can be prepared.",
    ),
    own(
        Dubai,
        200,
        Good,
        "F1 Turbo Attax 2022 complete base set in binder",
        "Took one season and a lot of trading with my son's class. Binder ring clicks a bit loose. All 318 \
         base numbers, limited editions missing.",
    ),
    own(
        Dubai,
        85,
        LikeNew,
        "Virat Kohli Topps Cricket Attax gold card + 40 base",
        "IPL 2016-ish, imported by an uncle. Kept in an album in an air-conditioned room, so not warped.",
    ),
    own(
        NewYork,
        65,
        Good,
        "Derek Jeter 1993 Upper Deck #449 rookie + 1994 lot",
        "The normal UD rookie and eleven early Jeters. A few soft corners. Priced as a lot to a Yankees \
         house.",
    ),
    shop(
        SanFrancisco,
        29,
        New,
        "2024 Panini Prizm WNBA blaster, sealed",
        "Shelf price plus nothing. Caitlin Clark hunting season is open.",
    ),
    own(
        London,
        48,
        LikeNew,
        "Topps Chrome F1 2021 Lando Norris sapphire base",
        "Bright blue and no chipping at the edges, which is rare with sapphire. Posted in a proper box.",
    ),
    own(
        Paris,
        25,
        Good,
        "Cartes cyclisme Panini Tour 2019, lot de 90",
        "Quasi complet, manque une dizaine. Bernal, Alaphilippe en jaune. Quelques coins blancs.",
    ),
];
