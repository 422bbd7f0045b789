//! Books.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        28,
        Good,
        "Christa Wolf, \"Kassandra\", Aufbau-Verlag, Erstausgabe 1983",
        "Schutzumschlag mit kleinem Einriss oben, Seiten leicht gebräunt, kein Besitzvermerk. Schönes \
         Leseexemplar.",
    ),
    own(
        Berlin,
        12,
        LikeNew,
        "Designing Data-Intensive Applications, Kleppmann, paperback",
        "Read once, with pencil (erased). The spine shows it was read to the end, which I gather is rare.",
    ),
    own(
        Berlin,
        7,
        Fair,
        "Lonely Planet Germany 2014, well travelled",
        "Coffee on the Saxony pages, the map at the back is loose. Half the bars are closed, the castles are \
         still there.",
    ),
    shop(
        Brussels,
        45,
        Good,
        "\"Le Secret de la Licorne\", fac-similé couleurs, et 5 autres Tintin",
        "Six albums, dos toilés ou souples, aucun feuillet manquant. Deux ex-dono au stylo.",
    ),
    own(
        Brussels,
        15,
        LikeNew,
        "Collection Amélie Nothomb, 9 Livre de Poche",
        "Lus une fois, dos à peine marqués. Je garde Stupeur et tremblements, désolée.",
    ),
    own(
        Brussels,
        20,
        Good,
        "Het verdriet van België, Hugo Claus, hardcover 1983",
        "Stofomslag aan de rug verkleurd. Naam van een vorige eigenaar voorin, verder schoon.",
    ),
    shop(
        Amsterdam,
        60,
        LikeNew,
        "Rietveld Academie exhibition posters and catalogue, 1994",
        "Three posters rolled, one catalogue. Corners fine, catalogue binding tight.",
    ),
    own(
        Amsterdam,
        10,
        Good,
        "Annie M.G. Schmidt, Jip en Janneke, verzamelband",
        "Three generations of bedtime. Page 112 has tape. Still every story.",
    ),
    own(
        Amsterdam,
        18,
        LikeNew,
        "Bosh! and Ottolenghi Simple, two cookbooks",
        "Ottolenghi has a pomegranate spatter at one page, as the law requires. Otherwise very clean.",
    ),
    shop(
        London,
        85,
        Good,
        "The Folio Society: Middlemarch, in slipcase",
        "Slipcase rubbed at the edges, book fine, ribbon unfaded. Ships boxed.",
    ),
    own(
        London,
        9,
        LikeNew,
        "Hilary Mantel trilogy, paperbacks",
        "Wolf Hall has a cracked spine, the other two opened flat without sin. Can post for the price of \
         postage.",
    ),
    own(
        London,
        5,
        Fair,
        "Penguin Classics job lot, about 12 orange and black spines",
        "Exam notes in the margins, some highlighters. Somebody's A levels were very thorough. Useful, not \
         pretty.",
    ),
    shop(
        Paris,
        95,
        Good,
        "Album BD \"Blueberry\", 12 tomes en EO, Dargaud",
        "État d'usage, dos bruni, aucune page arrachée. Liste des tirages sur demande.",
    ),
    own(
        Paris,
        14,
        LikeNew,
        "Annie Ernaux, Écrire la vie, Quarto",
        "Couverture rigide souple comme ils disent, papier fin, aucune annotation. Un prix Nobel pour le \
         prix d'un déjeuner.",
    ),
    own(
        Paris,
        22,
        Fair,
        "Larousse gastronomique 1984",
        "Page des sauces décollée, remise dedans. Quelques taches de beurre, preuve qu'il a servi.",
    ),
    shop(
        Lisbon,
        18,
        New,
        "Livro do Desassossego, Pessoa, edição Assírio e Alvim",
        "Novo, capa cartonada. A edição cuidada de Zenith. Embrulhamos para oferta.",
    ),
    own(
        Lisbon,
        12,
        Good,
        "Saramago, lote de 5, Caminho",
        "Ensaio sobre a Cegueira tem a lombada quebrada. Os outros bem. Trocas por Lobo Antunes aceitam-se.",
    ),
    own(
        Lisbon,
        8,
        LikeNew,
        "Learning Portuguese, two course books with audio code",
        "Used half of one before I found a teacher. Code never entered. Light pencil only.",
    ),
    shop(
        NewYork,
        75,
        Good,
        "Robert Caro, The Power Broker, Knopf hardcover, 8th printing",
        "Price-clipped jacket, spine square. The one to have on the shelf behind you on calls. Cleaned, \
         wrapped in mylar.",
    ),
    own(
        NewYork,
        20,
        LikeNew,
        "Sally Rooney set, 4 hardcovers, US editions",
        "Jackets intact, one small water wave on Conversations. Read by one person, then lent to my sister \
         and returned, remarkably.",
    ),
    own(
        NewYork,
        14,
        Fair,
        "Norton Anthology of English Literature, vol 1 and 2",
        "Notes in four colors from two owners. Binding of volume one sewn at home. Great for a first read.",
    ),
    shop(
        SanFrancisco,
        60,
        LikeNew,
        "The Whole Earth Catalog, 1971 edition",
        "Last supplement, light foxing, cover complete. Bought at the Berkeley flea market by our shop, \
         priced lower than online.",
    ),
    own(
        SanFrancisco,
        25,
        Good,
        "O'Reilly bundle: Rust, SQL and Kubernetes, 3 books",
        "Kubernetes is two editions old, be warned. SQL still true. Rust is the second edition, with my \
         notes all over the ownership chapter.",
    ),
    own(
        SanFrancisco,
        18,
        LikeNew,
        "Octavia Butler set, Parable of the Sower and Talents",
        "Two paperbacks, clean and tight. I bought a hardcover of the first and want to pass these on.",
    ),
    shop(
        Istanbul,
        450,
        New,
        "Orhan Pamuk, Masumiyet Müzesi, ciltli, imzalı değil",
        "Yeni, jelatinli. Raf kopyası değil, depodan. İmzalı olduğunu söyleyene inanmayın.",
    ),
    own(
        Istanbul,
        220,
        Good,
        "Nazım Hikmet, Memleketimden İnsan Manzaraları, 5 cilt",
        "Kapaklarda güneş solması, sayfalar temiz. Üçüncü ciltte kurşun kalem notu var.",
    ),
    own(
        Istanbul,
        150,
        LikeNew,
        "Elif Şafak, two novels in English",
        "Read on the ferry, backs a bit bent. The bridge view is free.",
    ),
    shop(
        Dubai,
        65,
        LikeNew,
        "Arabic for beginners, \"Al-Kitaab\" part one, with answer key",
        "Reprinted edition, no notes. Audio access unused. Campus price is higher.",
    ),
    own(
        Dubai,
        45,
        Good,
        "Harry Potter box set, UK paperbacks",
        "Deathly Hallows has a soft spine, box has a cut. Read by three children in a row, all quite gently.",
    ),
    own(
        Dubai,
        30,
        Fair,
        "Emirates road atlas 2009 and a Gulf cookbook",
        "The atlas is a history lesson by now. Cookbook has an oil mark on fish machboos, which tells you \
         what to cook.",
    ),
    own(
        Berlin,
        9,
        Good,
        "Reclam-Hefte, 25 Stück, gelb",
        "Abitur-Restbestand. Faust hat fremde Notizen, Kabale und Liebe ist jungfräulich. Nur zusammen.",
    ),
    shop(
        London,
        22,
        New,
        "Gardeners' World almanac, hardback, new",
        "Remainder with a dot on the bottom edge, otherwise new. Good for a present.",
    ),
    shop(
        SanFrancisco,
        36,
        New,
        "\"Dutch oven\" sourdough book by a local baker, signed",
        "New, signed on the title page at our shop event. Two copies.",
    ),
];
