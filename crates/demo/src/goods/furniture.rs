//! Furniture.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        420,
        Good,
        "Thonet S 32 Freischwinger, Paar, 1980er",
        "Gestell ohne Rost, Geflecht an einem Sitz neu eingezogen. Stempel lesbar. Lieferung innerhalb des \
         Rings 35 €.",
    ),
    own(
        Berlin,
        80,
        Good,
        "IKEA Kallax 4x4, white, with four drawer inserts",
        "Already emptied. A few felt marks at the bottom and one back corner chipped. Dismantled, I help \
         carry it down two floors.",
    ),
    own(
        Berlin,
        190,
        LikeNew,
        "Muuto Fiber chair, dusty green, wooden base",
        "Sat on for home office during one year. Shell without scratches, felt glides are new.",
    ),
    shop(
        Brussels,
        650,
        LikeNew,
        "Kewlox cabinet, orange, 1970s, restored",
        "Panels cleaned, tubes re-lacquered, keys present. Comes apart in ten minutes and into any car.",
    ),
    own(
        Brussels,
        120,
        Good,
        "Banc d'école en chêne, deux places, 1950s",
        "Encriers présents, un graffiti \"Luc 1962\" que je n'ai pas osé poncer. Très solide.",
    ),
    own(
        Brussels,
        60,
        Fair,
        "Fauteuil club cuir, à retaper",
        "Le cuir est fendu sur l'accoudoir gauche, les ressorts tiennent. Je n'ai plus la place ni le \
         courage.",
    ),
    shop(
        Amsterdam,
        380,
        Good,
        "Pastoe sideboard, oak, Cees Braakman, 180 cm",
        "Doors slide well, top refinished by us. One inner shelf is a replacement. Delivery on the ground \
         floor or with a lift you organise.",
    ),
    own(
        Amsterdam,
        140,
        LikeNew,
        "Ahrend desk, 160 x 80, steel frame",
        "From an office clearance at Zuid. Cable tray included, tabletop has no burns, only two pale cup \
         rings.",
    ),
    own(
        Amsterdam,
        45,
        Good,
        "Bamboo clothes rack, 150 cm, foldable",
        "One foot needs a washer to stand still. Dry room use, no rust anywhere.",
    ),
    shop(
        London,
        540,
        LikeNew,
        "Ercol drop-leaf table and two stick-back chairs",
        "Blue label, re-oiled, hinges tight. Small repair to one stretcher that you won't find without help.",
    ),
    own(
        London,
        95,
        Good,
        "IKEA Hemnes bed frame, double, white stain",
        "Slats included, all the bolts in a labelled bag. Headboard has a ding from a bookcase. You will \
         need two people and a van.",
    ),
    own(
        London,
        70,
        LikeNew,
        "Habitat Drew bedside tables, pair, walnut",
        "Flat legs straight, drawers slide. Bought for a room that became a nursery within a year.",
    ),
    shop(
        Paris,
        720,
        Good,
        "Bureau d'architecte années 60, plateau inclinable",
        "Hêtre massif, mécanisme graissé, plateau marqué par le travail. Livraison Paris intra-muros \
         possible.",
    ),
    own(
        Paris,
        110,
        LikeNew,
        "Chaise de bureau HÅG Capisco Puls, noire",
        "Réglages complets, roulettes parquet. Un an de télétravail, puis le bureau a rouvert.",
    ),
    own(
        Paris,
        35,
        Fair,
        "Étagère en pin, 180 cm, montants rayés",
        "Solide mais rayée par un déménagement sans couverture. Quatre tablettes, vis fournies.",
    ),
    shop(
        Lisbon,
        260,
        New,
        "Cadeira de baloiço em madeira de pinho, artesanal",
        "New, made by a carpenter in Loures. Sanded, oiled twice, felt pads fitted.",
    ),
    own(
        Lisbon,
        90,
        Good,
        "Mesa de jantar extensível, 120-170 cm",
        "Marks of heat near one end under a runner. Extension mechanism works. Only pick up, no lift in the \
         building.",
    ),
    own(
        Lisbon,
        150,
        LikeNew,
        "Colchão Emma Original 140x190, com capa lavada",
        "Usado por hóspedes uma dúzia de vezes. Sem manchas. Vem enrolado, dobrar não.",
    ),
    shop(
        NewYork,
        890,
        LikeNew,
        "Herman Miller Aeron, size B, fully loaded, 2019",
        "Posture fit, tilt and arms all tested. Wheels swapped for hardwood. Invoice and remaining warranty \
         transfer.",
    ),
    own(
        NewYork,
        150,
        Good,
        "West Elm Lubi daybed, velvet, ink blue",
        "Cat-scratch on the rear corner, faces the wall. Cushions rotated. Fits through a 30 inch door, we \
         tried.",
    ),
    own(
        NewYork,
        40,
        LikeNew,
        "Wall-mount floating shelves, black walnut, 3 pieces",
        "24 inch, brackets and screws included. Held plants, never books. Local pickup only.",
    ),
    shop(
        SanFrancisco,
        1_250,
        Good,
        "Blu Dot Clutch sofa, 84 in, tan leather",
        "Showroom rotation, leather aged beautifully. Two small scratches and one water mark on the left \
         arm. Delivery within the city for 90.",
    ),
    own(
        SanFrancisco,
        180,
        LikeNew,
        "Floyd bed frame, queen, birch",
        "Assembled twice. All twelve panels, brackets not bent. No headboard.",
    ),
    own(
        SanFrancisco,
        75,
        Fair,
        "Vintage oak filing cabinet, two drawers",
        "Lower drawer needs a shove, lock without key. Real oak, just not gentle with itself.",
    ),
    shop(
        Istanbul,
        9_500,
        Good,
        "Ceviz büfe, 1970ler, restore edilmiş",
        "Cilası yenilendi, kapaklar ayarlandı, iç raf orijinal. 140 cm. Nakliye anlaşmalı.",
    ),
    own(
        Istanbul,
        2_600,
        LikeNew,
        "Ikea Poäng koltuk, siyah ve gri minder",
        "Bir yıllık, minder yıkandı. Kol cilasında tek çizik. Demonte verilir.",
    ),
    own(
        Istanbul,
        900,
        Fair,
        "Old wooden trunk, iron bands, lid split",
        "The lid split along the grain, hinges good. I put blankets in it for twenty years, now no room.",
    ),
    shop(
        Dubai,
        1_650,
        LikeNew,
        "Pottery Barn media console, weathered oak, 180 cm",
        "Two years in an apartment, doors aligned. Back panel already cut for cables. Delivery available \
         Saturdays.",
    ),
    own(
        Dubai,
        420,
        Good,
        "IKEA Brimnes queen bed with drawers, white",
        "Drawers run, one front edge chipped. Disassembled and labelled. Mattress not included.",
    ),
    own(
        Dubai,
        260,
        LikeNew,
        "Rattan armchair with cushion, balcony use",
        "One balcony summer and then the sandstorms came, so I brought it inside. Weave intact.",
    ),
    own(
        Berlin,
        55,
        Fair,
        "Werkbank, Buche, mit Spannzange, 140 cm",
        "Zwingen laufen, Platte voller Geschichte (und Löcher). Gewicht: sehr. Bitte zu zweit kommen.",
    ),
    shop(
        London,
        320,
        Good,
        "Vintage G-Plan chest of drawers, teak, five drawers",
        "Runners waxed, one handle is a match but not the match. Nice, warm colour, no smell of attic.",
    ),
    shop(
        SanFrancisco,
        240,
        New,
        "Standing desk converter, 32 in, new in box",
        "Overstock, sealed. Gas spring, holds 33 lb. Pickup at our loading dock until six.",
    ),
    own(
        Amsterdam,
        35,
        Good,
        "Stool Artek-style, birch, not Aalto",
        "A good copy, legs bent by hand once, they told me. One water ring. Sits perfectly.",
    ),
];
