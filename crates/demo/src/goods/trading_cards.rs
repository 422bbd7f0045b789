//! Trading cards: what players and collectors part with.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        129,
        New,
        "Pokémon 151 Ultra-Premium Collection, Deutsch, OVP",
        "Original verschweißt, direkt aus dem Karton. Folie ohne Risse, Ecken gerade. Versand als DHL Paket \
         mit Nummer, Abholung im Laden geht auch.",
    ),
    own(
        Berlin,
        38,
        Good,
        "Magic Commander deck \"Necron Dynasties\"",
        "Played it maybe ten evenings, all 100 cards are there and were sleeved from the first day. The deck \
         box has a dented corner, the face commander is fine.",
    ),
    own(
        Berlin,
        210,
        LikeNew,
        "Charizard ex 199/165 Special Illustration Rare (EN)",
        "Pulled it myself in 2024, straight into a sleeve and toploader. Centring looks slightly left-heavy \
         to me, back is clean under a lamp. Happy to send close-ups before you decide.",
    ),
    shop(
        Brussels,
        95,
        New,
        "Disney Lorcana \"The First Chapter\" booster box, English",
        "Sealed box of 24 boosters from our own distributor order. Shrink wrap has the small factory vent \
         holes, that is normal.",
    ),
    own(
        Brussels,
        24,
        Fair,
        "Yu-Gi-Oh! binder, about 160 commons and 12 holos, FR/EN",
        "Ma collection du collège. Cards have edge wear and some were clearly carried in a pocket. Best \
         ones: Jinzo (LON), Buster Blader (played), Harpie's Feather Duster reprint.",
    ),
    own(
        Brussels,
        60,
        Good,
        "Pokémon Base Set Dutch: 9 holos incl. Hitmonchan, Machamp",
        "Old Nederlandse kaarten from around 2000. Whitening on the backs, no bends. Selling as one lot, I \
         won't split.",
    ),
    shop(
        Amsterdam,
        310,
        LikeNew,
        "Magic \"Sheoldred, the Apocalypse\" playset (4), Near Mint",
        "Four copies, English, Dominaria United. Checked and graded NM by us; stored in perfect-fits. \
         Invoice with VAT margin scheme on request.",
    ),
    own(
        Amsterdam,
        18,
        Good,
        "One Piece OP-01 rares lot, 45 cards",
        "Duplicates after building two decks. Everything unsleeved but barely touched. Zoro SR is in there, \
         no leaders.",
    ),
    own(
        Amsterdam,
        75,
        LikeNew,
        "Pokémon Umbreon VMAX 095/203 Evolving Skies",
        "The regular VMAX, not the alt art, before you ask. Pack fresh, kept in a one-touch magnet. Ophalen \
         of verzenden via PostNL.",
    ),
    shop(
        London,
        54,
        New,
        "Pokémon Surging Sparks Elite Trainer Box, sealed",
        "UK stock, nine boosters plus the promo. Posted within one working day, Royal Mail tracked.",
    ),
    own(
        London,
        140,
        Good,
        "Magic: Mana Crypt, Eternal Masters, lightly played",
        "Used in one cube for years, double sleeved. Tiny bit of edge wear on the lower left, otherwise \
         honest LP. Can meet at a game night to let you look at it.",
    ),
    own(
        London,
        12,
        Fair,
        "Shoebox of 90s Pokémon energies and commons",
        "Roughly 350 cards from a loft clear-out. Nothing valuable that I know of, lots of creases. Great \
         for a classroom or a kid who just wants to swap.",
    ),
    shop(
        Paris,
        185,
        LikeNew,
        "Dracaufeu Set de Base 4/102, français, édition 2",
        "Carte expertisée en boutique : face impeccable, un point blanc au dos en bas à droite. Vendue sous \
         toploader, envoi suivi et assuré.",
    ),
    own(
        Paris,
        45,
        Good,
        "Magic \"Fetch lands\" Khans of Tarkir, lot de 3",
        "Flooded Strand, Polluted Delta, Windswept Heath, toutes en VF. Jouées sous sleeves, bords corrects. \
         Je vends ensemble.",
    ),
    own(
        Paris,
        28,
        LikeNew,
        "Altered TCG starter decks, all six factions",
        "Opened once to try the game with friends, we went back to Magic. Complete, with the little play mat \
         sheets. Remise en main propre possible le soir.",
    ),
    shop(
        Lisbon,
        119,
        New,
        "Star Wars: Unlimited \"Spark of Rebellion\" booster box",
        "Sealed, 24 packs, English. First printing with the original wrap.",
    ),
    own(
        Lisbon,
        33,
        Good,
        "Pokémon coleção XY, 25 EX cards",
        "Vinte e cinco EX misturadas, algumas com sinais de jogo nas bordas. Lucario EX e M Gardevoir EX são \
         as melhores. Não vendo separadas.",
    ),
    own(
        Lisbon,
        16,
        Fair,
        "Magic starter lot, ~400 commons, Portuguese and English",
        "My brother moved abroad and left these. Unsorted, several bent, two or three had coffee nearby. \
         Good for learning deck building.",
    ),
    shop(
        NewYork,
        165,
        New,
        "Pokémon Prismatic Evolutions Elite Trainer Box",
        "Sealed, purchased through our store allocation. Limit one per person because we would like other \
         people to have a chance too.",
    ),
    own(
        NewYork,
        420,
        LikeNew,
        "PSA 9 Umbreon GX Hyper Rare 154/149, Sun & Moon",
        "Slab is clean, no scratches on the front. Cert number in the DM if you want to look it up first. \
         I'm thinning the Eeveelution shelf, not in a hurry.",
    ),
    own(
        NewYork,
        85,
        Good,
        "Magic Modern deck: mono-red Prowess, 75 cards",
        "Sold as played at my LGS: four Monastery Swiftspear, four Lava Dart, four Mishra's Bauble, \
         sideboard included. No sleeves, those died at the last RCQ.",
    ),
    shop(
        SanFrancisco,
        240,
        LikeNew,
        "Flesh and Blood: Fyendal's Spring Tunic, cold foil (WTR unlimited)",
        "NM, never played, stored upright in a sealed case. We buy and sell FaB every Thursday, so feel free \
         to compare in person.",
    ),
    own(
        SanFrancisco,
        30,
        Good,
        "Pokémon GO set, 78/78 base cards complete",
        "All base numbers, no secret rares. In a side-loading binder that you can keep. A couple of the \
         reverse holos have roller lines.",
    ),
    own(
        SanFrancisco,
        22,
        Fair,
        "Old Yu-Gi-Oh! starter deck Kaiba + Joey, played hard",
        "Bought these in 2003 and took them to recess every day, so you can picture the condition. All there \
         except the rule book.",
    ),
    shop(
        Istanbul,
        4_200,
        New,
        "Pokémon TCG Scarlet & Violet 151 Booster Bundle",
        "Kapalı kutu, 6 paket, İngilizce. Faturalı ürün. Türkiye geneli kargo anlaşmamız var, aynı gün \
         çıkar.",
    ),
    own(
        Istanbul,
        1_500,
        Good,
        "Magic Commander destesi, \"Edgar Markov\" vampirler",
        "Two years of upgrades; the original precon list is about half there. Sleeves are scuffed so I'll \
         throw in a new pack of black ones.",
    ),
    own(
        Istanbul,
        650,
        Fair,
        "Yu-Gi-Oh! karışık 200 kart",
        "Çocukluktan kalma, kenarları yıpranmış. İçinde Dark Magician ve Summoned Skull var ama ikisi de \
         oynanmış. Toplu satılık.",
    ),
    shop(
        Dubai,
        890,
        New,
        "Pokémon Japanese \"VSTAR Universe\" box, sealed",
        "Ten packs per box, imported from Osaka, shrink intact. Same-day delivery inside the city.",
    ),
    own(
        Dubai,
        300,
        LikeNew,
        "One Piece OP-05 Luffy (Gear 5) SEC, Japanese",
        "Sleeve and toploader since pull. I collect English now so this one leaves. No trades please.",
    ),
    own(
        Dubai,
        120,
        Good,
        "Magic Bloomburrow draft leftovers, 600 cards",
        "After three box drafts with colleagues: all commons and uncommons sorted by colour, plus 14 rares \
         worth little. Nice base for a pauper cube.",
    ),
    own(
        Berlin,
        55,
        LikeNew,
        "Lorcana Elsa \"Spirit of Winter\" (Legendary), 2 Stück",
        "Beide englisch, direkt aus dem Booster. Nicht die Enchanted-Version, deshalb der Preis. Gern \
         zusammen oder zu 30 einzeln.",
    ),
    shop(
        London,
        32,
        LikeNew,
        "Pokémon Lost Origin Giratina V (regular), graded CGC 9.5",
        "A tidy starter slab. Case has one hairline on the rear, card itself is spotless.",
    ),
    own(
        NewYork,
        15,
        LikeNew,
        "Flesh and Blood Blitz decks, Rhinar and Dorinthea",
        "Opened to teach my sister, played twice. Everything is back in the boxes including the rule sheets.",
    ),
    own(
        Paris,
        90,
        Good,
        "Binder Pokémon \"Évolutions\" presque complet (96/113)",
        "Manque Dracaufeu évidemment, et quelques secrètes. Classeur officiel inclus, un anneau ferme mal.",
    ),
];
