//! Things for the home, short of furniture.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        115,
        LikeNew,
        "Louis Poulsen Panthella Mini, opal white",
        "Showroom piece, cable and dimmer original, shade without chips. LED bulb included.",
    ),
    own(
        Berlin,
        25,
        Good,
        "Handgewebter Kelim, rot/blau, 120 x 75 cm",
        "Aus Anatolien mitgebracht, lag unterm Sofatisch. Eine Ecke leicht ausgeblichen, Fransen \
         vollständig, frisch gewaschen.",
    ),
    own(
        Berlin,
        40,
        LikeNew,
        "Ferm Living Plant Box, warm grey",
        "Two years on a balcony window, indoors side. No dents, legs unscrew for transport. Plants not \
         included, they are family.",
    ),
    shop(
        Brussels,
        180,
        Good,
        "Murano glass vase, sommerso green/amber, 1960s",
        "Heavy, 26 cm, tiny flea bite at the base that you feel but don't see. Bought at the Jeu de Balle, \
         cleaned and checked.",
    ),
    own(
        Brussels,
        35,
        LikeNew,
        "HAY Kaleido tray set, three sizes",
        "Used for mail and keys. The yellow one has a faint ring. Sold together.",
    ),
    own(
        Brussels,
        15,
        Fair,
        "Miroir doré années 70, 60 cm, moulure abîmée",
        "Le verre est piqué sur un bord, le cadre a perdu deux feuilles. Parfait pour une entrée ou pour \
         être repeint.",
    ),
    shop(
        Amsterdam,
        65,
        New,
        "Hand-poured beeswax candle set and brass holders",
        "Made by a workshop in Noord. Six candles, two holders, gift box. New.",
    ),
    own(
        Amsterdam,
        55,
        Good,
        "String pocket shelf, white with walnut, complete",
        "Three shelves, two side panels, screws in a bag. One screw hole on the side was widened, you cover \
         it with the plate.",
    ),
    own(
        Amsterdam,
        30,
        LikeNew,
        "IKEA Stockholm 2017 cushion covers, velvet green, 4x",
        "Removed for a winter. Zips all run, colour even on every side. 50 x 50 cm.",
    ),
    shop(
        London,
        240,
        Good,
        "Anglepoise 1227, black, 1970s, rewired",
        "New cloth flex, tested, springs tight. Enamel chips at the base edge, all shown in the pictures of \
         the stock list.",
    ),
    own(
        London,
        48,
        LikeNew,
        "John Lewis blackout curtains, grey, 228 x 228 cm, pair",
        "Lined, pencil pleat, hung eight months in a rented room. No sun lines. Hooks included.",
    ),
    own(
        London,
        20,
        Good,
        "Set of six Duralex Picardie tumblers and a Pyrex jug",
        "The measuring numbers on the jug are half gone. Glasses survive anything and did.",
    ),
    shop(
        Paris,
        150,
        Good,
        "Lampe Jieldé Loft D1240, gris vespa",
        "Lampe d'atelier, deux bras, articulation ferme. Peinture marquée par le travail, électricité \
         refaite aux normes.",
    ),
    own(
        Paris,
        28,
        LikeNew,
        "Vase Ichendorf, verre bleu, 24 cm",
        "Cadeau de mariage en double. Pas d'éclat. Boîte d'origine.",
    ),
    own(
        Paris,
        60,
        Fair,
        "Tapis berbère laine, 200 x 150, à nettoyer",
        "Beau tapis, un chat a vécu dessus. Une tache sombre dans l'angle et des franges mangées. Prix selon \
         état.",
    ),
    shop(
        Lisbon,
        95,
        New,
        "Azulejo panel, hand painted, swallow motif, 45 x 45 cm",
        "Nine tiles, new, painted in our workshop. Mounted on a board, ready to hang.",
    ),
    own(
        Lisbon,
        22,
        Good,
        "Bordallo Pinheiro cabbage plates, 4 x 20 cm",
        "One has a hairline that holds. Selling because my daughter got the whole set from her aunt.",
    ),
    own(
        Lisbon,
        38,
        LikeNew,
        "Candeeiro de mesa em cortiça, design português",
        "Corda preta, casquilho E14, abajur sem manchas. Usado seis meses no quarto.",
    ),
    shop(
        NewYork,
        320,
        LikeNew,
        "Noguchi Akari 1A table lamp, signed paper",
        "Washi clean, wire without rust. Displayed in our store window for three months, out of the sun.",
    ),
    own(
        NewYork,
        45,
        Good,
        "Vintage Pyrex \"Butterprint\" mixing bowls, set of four",
        "Gloss is down on the big one from dishwashing in the nineties. No chips. They nest properly.",
    ),
    own(
        NewYork,
        75,
        LikeNew,
        "West Elm mid-century arched mirror, 30 x 48 in",
        "Bought for a rental whose wall turned out crooked. Hardware in a bag, glass without scratch.",
    ),
    shop(
        SanFrancisco,
        190,
        New,
        "Heath Ceramics coupe line dinner plates, set of four, sand",
        "Seconds from our shelf with a pinhole in the glaze on one plate each side, otherwise new.",
    ),
    own(
        SanFrancisco,
        35,
        Good,
        "Macramé plant hanger and two stoneware planters",
        "Salt marks inside the pots, none outside. Rope is thick cotton, washed on a chair in the sun.",
    ),
    own(
        SanFrancisco,
        110,
        LikeNew,
        "Dusen Dusen bath mat and two Tekla towels",
        "Opened, never used, the colors didn't match our tile. Washed once, never stepped on.",
    ),
    shop(
        Istanbul,
        2_800,
        New,
        "El dokuma Uşak halı, 150 x 90, bitkisel boya",
        "Yün, el düğümü, sertifikalı. Kaydırmaz altlık hediye. Evde denemek için iki gün veriyoruz.",
    ),
    own(
        Istanbul,
        900,
        Good,
        "Bakır kahve takımı, cezve ve 6 fincan",
        "Fincanlardan birinin tabağı sonradan tamamlandı. Cezvenin kalayı iyi, sapı yeni.",
    ),
    own(
        Istanbul,
        450,
        Fair,
        "Old Ottoman-style lantern, pierced brass, one glass missing",
        "Hangs in the corridor of my aunt's house since always. One coloured panel broken, cable frayed, \
         rewire before use.",
    ),
    shop(
        Dubai,
        650,
        LikeNew,
        "Moroccan pierced lantern set, three sizes, rewired",
        "Rewired to local plugs, LED ready. Ex display, one chain is slightly shorter.",
    ),
    own(
        Dubai,
        180,
        Good,
        "Zara Home bamboo shelf ladder and two boxes",
        "Top rung has a scratch from a suitcase. Boxes zip. Ladder leans, nothing to drill.",
    ),
    own(
        Dubai,
        90,
        LikeNew,
        "IKEA Symfonisk bookshelf speaker, gen 1, white",
        "Both as decoration and sound. Reset, no marks. Cable is there.",
    ),
    own(
        Berlin,
        18,
        Fair,
        "Terracotta-Übertöpfe, 8 Stück, gemischt",
        "Moosränder und zwei haarfeine Risse, dicht sind alle. Balkonauflösung, Abholung bitte mit Korb.",
    ),
    shop(
        London,
        75,
        New,
        "Set of four screen-printed tea towels, London transport map",
        "Heavy linen, printed by a social enterprise in Bow. New, folded flat.",
    ),
    own(
        Paris,
        42,
        Good,
        "Horloge murale Vedette, années 60, remontée",
        "Fonctionne, sonnerie désactivable. Le verre bombé a une rayure. Révisée il y a deux ans.",
    ),
    own(
        NewYork,
        20,
        Good,
        "IKEA Fejka plants and two Kallax inserts, 6 pieces",
        "Dust wiped. One palm is missing a leaf, cleaned up as well as plastic allows. Take all for one \
         price.",
    ),
];
