//! Collectibles.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        78,
        Good,
        "Blechspielzeug-Set, 1970er",
        "Drei Blechautos aus Brandenburger Produktion, Uhrwerk bei zweien funktioniert, beim dritten fehlt \
         der Schlüssel. Lack mit Altersspuren.",
    ),
    own(
        Berlin,
        45,
        LikeNew,
        "LEGO 10497 Galaxy Explorer, gebaut, mit Karton",
        "Built once, displayed behind glass, all pieces and instructions. Can be taken apart into numbered \
         bags or handed over as is.",
    ),
    own(
        Berlin,
        30,
        Fair,
        "Berlin Wall era enamel sign \"Ende des amerikanischen Sektors\" (replica, weathered)",
        "A tourist replica from the nineties, not an original, and priced like one. Rust spots around two \
         holes, looks great in a hallway.",
    ),
    shop(
        Brussels,
        260,
        Good,
        "Tintin, \"L'Oreille cassée\", album Casterman B2, 1947",
        "Dos toilé rouge, coins émoussés, intérieur complet sans gribouillage. Estimation BDM disponible.",
    ),
    own(
        Brussels,
        55,
        LikeNew,
        "Smurf figurines Schleich, 42 different, 1978-1990",
        "No doubles. Paint very good, four have chew marks (sorry). I can list the numbers underneath the \
         feet.",
    ),
    own(
        Brussels,
        90,
        Good,
        "Enamel Stella Artois tray set, 1950s, 3 pieces",
        "From my grandparents' café in the Kempen. Edge chips, bright lettering. Hung on a wall, never \
         dishwashed.",
    ),
    shop(
        Amsterdam,
        135,
        LikeNew,
        "Miffy (nijntje) lamp, Mr Maria First Light, boxed",
        "The small 30 cm one, battery new. Ex-display from our shop, no discoloration.",
    ),
    own(
        Amsterdam,
        38,
        Good,
        "KLM Delft houses no. 31 to 46, most still sealed",
        "Sixteen houses, eleven with the seal and genever inside. One chimney chipped, number 38.",
    ),
    own(
        Amsterdam,
        60,
        Fair,
        "Old Dutch tin money box, Van Nelle, around 1930",
        "Hinge replaced with a pin, lettering readable, lid closes. Smells faintly of tobacco and history.",
    ),
    shop(
        London,
        320,
        Good,
        "Steiff teddy bear, 1950s, 35 cm, growler working",
        "Mohair thin at the snout, pads replaced professionally, button present. Provenance note from the \
         Sussex estate.",
    ),
    own(
        London,
        65,
        LikeNew,
        "Star Wars Black Series Boba Fett (Re-Armored), boxed",
        "Opened for one photo and put back. Box has shelf wear at the top flap.",
    ),
    own(
        London,
        40,
        Good,
        "Wade Whimsies, 1971-84 full set with tray",
        "All sixty little animals. The trout has a repaired fin. My nan dusted these every Sunday.",
    ),
    shop(
        Paris,
        190,
        LikeNew,
        "Affiche originale \"Le Grand Bleu\", 120x160, pliée",
        "Pliures d'origine, aucune déchirure. Entoilage possible par notre artisan, compter trois semaines.",
    ),
    own(
        Paris,
        35,
        Good,
        "Fèves de galette, série complète Astérix 2003",
        "Dix sur dix. La peinture d'Obélix est usée au casque.",
    ),
    own(
        Paris,
        70,
        Fair,
        "Boîte à musique Reuge, années 60, mécanisme grippé",
        "Le bois est beau, le ressort tourne mais la lame 4 ne sonne plus. À réparer par quelqu'un de \
         patient.",
    ),
    shop(
        Lisbon,
        85,
        Good,
        "Azulejos século XIX, lote de 12, azul e branco",
        "Recovered legally from a demolition with paper. Three with chips at the edge, glaze crackled as it \
         should be.",
    ),
    own(
        Lisbon,
        26,
        Good,
        "Galo de Barcelos, 1960s, hand painted, 28 cm",
        "Paint flaked on the tail, comb glued long ago. Belonged to a tavern in Alfama.",
    ),
    own(
        Lisbon,
        120,
        LikeNew,
        "Vista Alegre figurine \"Peixeira\", stamped",
        "Sem defeitos, carimbo verde na base. Era da minha tia, que nunca a tirou do armário.",
    ),
    shop(
        NewYork,
        150,
        New,
        "NYC Subway token cufflinks and 1953 token set, framed",
        "Genuine small-Y tokens, mounted in walnut. From our own small run, certificate on the back.",
    ),
    own(
        NewYork,
        40,
        Good,
        "Funko Pop lot, 14 pieces, Marvel and The Office",
        "Nine boxed, five loose. Prison Mike is among the boxed. Window scratches on two. Would rather sell \
         all at once.",
    ),
    own(
        NewYork,
        225,
        LikeNew,
        "Kaws Companion open edition (2016), brown, unboxed once",
        "Bought at MoMA design store the day they crashed the site. Original receipt mail and box with foam.",
    ),
    shop(
        SanFrancisco,
        480,
        LikeNew,
        "Grateful Dead 1977 Winterland handbill, framed",
        "Archival mat, UV glass. Slight fold at the lower corner, visible in hand. Bought with a Bay Area \
         collection.",
    ),
    own(
        SanFrancisco,
        75,
        Good,
        "Apple Macintosh Plus mouse, keyboard and manuals, 1986",
        "No computer, only the accessories. Keyboard yellowed evenly, mouse ball rolls. Great under a shelf \
         light.",
    ),
    own(
        SanFrancisco,
        50,
        LikeNew,
        "Hot Wheels Redline re-issues, 12 on card",
        "Cards flat, blisters clear. I bought doubles to open and then didn't open those either.",
    ),
    shop(
        Istanbul,
        7_800,
        Good,
        "Osmanlı bakır güğüm, 19. yy, kalaylı",
        "Kalayı geçen ay yenilendi, dipte ezik var, sapı orijinal. 41 cm. Fatura kesilir, belge verilir.",
    ),
    own(
        Istanbul,
        950,
        LikeNew,
        "Kütahya çini tabak, el yapımı, imzalı, 30 cm",
        "Duvarda asılıydı, çatlak yok. Arkasında ustanın imzası var.",
    ),
    own(
        Istanbul,
        1_600,
        Fair,
        "Zenith pocket watch, not running, silver case",
        "Dedemden kaldı. The balance is stuck, glass scratched, case hallmarks readable. Sold as a project \
         and priced so.",
    ),
    shop(
        Dubai,
        1_100,
        LikeNew,
        "Omani khanjar, display piece, silver-plated, framed",
        "Decorative, blunt blade, made in Muscat in the eighties. Comes in a velvet shadow box.",
    ),
    own(
        Dubai,
        260,
        Good,
        "Emirates 1:200 model aircraft A380 and 777",
        "The A380 lost an antenna on its belly. Stands included. From a crew member's shelf, mine.",
    ),
    own(
        Dubai,
        340,
        LikeNew,
        "LEGO Architecture Burj Khalifa + Dubai skyline, built",
        "Both complete with booklets. Dusted monthly, in a room without direct sun.",
    ),
    own(
        London,
        18,
        LikeNew,
        "7-inch singles, Northern Soul reissues, 20 pcs",
        "Reissues, all VG+ or better, sleeves plain. DJ'd two weddings with them and retired undefeated.",
    ),
    shop(
        NewYork,
        95,
        Good,
        "Vintage Coca-Cola crate with 12 embossed bottles, Brooklyn bottling",
        "Wood dry, one slat replaced long ago. Bottles cleaned, two have base chips.",
    ),
    own(
        Berlin,
        22,
        LikeNew,
        "Ü-Ei-Figuren Happy Hippos 1988, Satz komplett",
        "Zehn Figuren mit den Originalzetteln, dazu die kleine Schaufel. Nie bespielt, nur bewundert.",
    ),
];
