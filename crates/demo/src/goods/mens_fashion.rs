//! Men's fashion.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        145,
        LikeNew,
        "Barbour Bedale wax jacket, olive, C40",
        "Freshly re-waxed by us last month, corduroy collar without wear, all studs close. Two-way zip runs \
         smoothly. Measured chest 56 cm flat.",
    ),
    own(
        Berlin,
        35,
        Good,
        "Levi's 501 black, W32 L32",
        "Washed to a soft charcoal by now. No holes, hem never shortened. Falls a bit slim, I'd say a true \
         31/32.",
    ),
    own(
        Berlin,
        60,
        Fair,
        "Vintage Lederjacke, 80er, Größe L",
        "Schwarzes Rindsleder, schön schwer. Futter an der linken Achsel eingerissen und der Reißverschluss \
         hakt beim ersten Zahn. Für jemanden, der nähen kann, ein Schnäppchen.",
    ),
    shop(
        Brussels,
        90,
        New,
        "Merino overshirt, navy, M",
        "End of line from our shop, tags on. Made in Portugal, machine wash at 30 wool programme.",
    ),
    own(
        Brussels,
        25,
        Good,
        "Chemise en lin Bellerose, blanche, taille 3",
        "Portée deux étés, une petite tache très pâle au poignet droit, invisible manche retroussée. Coupe \
         droite.",
    ),
    own(
        Brussels,
        180,
        LikeNew,
        "Suit, Suitsupply Lazio, dark grey, EU 50",
        "Worn to two weddings, then I changed shape. Trousers were let out 1 cm, can go back. Dry cleaned, \
         comes with its bag.",
    ),
    shop(
        Amsterdam,
        120,
        LikeNew,
        "Patagonia Nano Puff hoody, forge grey, M",
        "Second-hand selected: no repairs, no stains, drawcords complete. From a repair-minded brand, so the \
         lifetime guarantee moves with the jacket.",
    ),
    own(
        Amsterdam,
        40,
        Good,
        "Nudie Jeans Gritty Jackson, W33 L32",
        "Dry selvage, maybe 14 months of wear, one soak. Good fades behind the knee. Crotch is still solid, \
         I checked against the light.",
    ),
    own(
        Amsterdam,
        22,
        LikeNew,
        "Uniqlo U heavyweight tees, 3 pieces, size L",
        "Bought the wrong size at the Kalverstraat and lost the receipt. One was worn for a day. White, \
         olive and brown.",
    ),
    shop(
        London,
        165,
        Good,
        "Burberry trench, vintage 1990s, 42 Regular",
        "Classic honey gaberdine with the check lining and wool liner. Slight greying at the cuffs, belt and \
         buckle original.",
    ),
    own(
        London,
        30,
        Good,
        "Fred Perry twin tipped polo, black/champagne, M",
        "Collar hasn't curled, which is the only thing that matters with these. Slight fade under the arms \
         if you hold it to the window.",
    ),
    own(
        London,
        75,
        LikeNew,
        "Charles Tyrwhitt dress shoes, brown brogues, UK 9",
        "Two interviews and one christening. Leather soles with rubber toe pieces fitted by Timpson. Shoe \
         trees included because I bought new ones for the next pair.",
    ),
    shop(
        Paris,
        210,
        LikeNew,
        "Veste de travail APC en laine bouillie, marine, L",
        "Sélection boutique. Aucune bouloche, doublure intacte, boutons d'origine. Épaules 46 cm.",
    ),
    own(
        Paris,
        18,
        Fair,
        "Marinière Saint James, bleu/blanc, taille 4",
        "Bien délavée, col détendu, une reprise au coude faite par ma grand-mère. Elle a encore dix ans \
         devant elle.",
    ),
    own(
        Paris,
        55,
        Good,
        "Jean Edwin ED-55, 31x32, brut délavé",
        "Porté une saison. Ourlet chaînette refait, fermeture éclair YKK ok. Je ne rentre plus dedans, voilà \
         tout.",
    ),
    shop(
        Lisbon,
        48,
        New,
        "Camisa de flanela portuguesa, xadrez verde, M",
        "Made in Guimarães, brushed cotton of 210 g. New from a small workshop run, only a dozen left.",
    ),
    own(
        Lisbon,
        40,
        LikeNew,
        "La Paz corduroy overshirt, caramel, L",
        "Bought last winter, too warm for me in this city. Like new, washed once inside out.",
    ),
    own(
        Lisbon,
        20,
        Good,
        "Calções de banho, azul, L",
        "No brand worth the name, but well made swim shorts with mesh. Two summers at Costa. The cord end \
         has frayed.",
    ),
    shop(
        NewYork,
        195,
        Good,
        "Schott Perfecto 618 motorcycle jacket, size 40",
        "Steerhide from the early 2000s, broken in properly. Belt complete, one zipper pull is a \
         replacement. Conditioned before listing.",
    ),
    own(
        NewYork,
        45,
        LikeNew,
        "J.Crew Ludlow blazer, navy, 38S",
        "Worn for graduation photos and exactly one date. Fully lined, vents still basted on one side, which \
         tells you how much it moved.",
    ),
    own(
        NewYork,
        28,
        Good,
        "Carhartt WIP beanie + chore coat bundle, M",
        "Coat has paint specks on the right sleeve from helping a friend move in. Beanie is clean. Selling \
         as one.",
    ),
    shop(
        SanFrancisco,
        140,
        LikeNew,
        "Filson Mackinaw cruiser, red/black, 42",
        "Heavy virgin wool, almost no pilling, no moth damage (we check under UV). Perfect for Tahoe, \
         overkill for Dolores Park.",
    ),
    own(
        SanFrancisco,
        38,
        Good,
        "Patagonia Synchilla Snap-T, oatmeal, L",
        "Fleece pocket flap has a coffee shadow that three washes could not win against. Still the warmest \
         thing I own, but I own two.",
    ),
    own(
        SanFrancisco,
        60,
        LikeNew,
        "Taylor Stitch \"Jack\" oxford shirts x2, M",
        "One white, one blue everyday oxford. Maybe five wears each before I started working from home for \
         good.",
    ),
    shop(
        Istanbul,
        3_200,
        New,
        "Yün kaşe palto, antrasit, 50 beden",
        "Kendi atölyemizin üretimi, yüzde seksen yün. Etiketli, kılıfıyla. Kol boyu terzimizde ücretsiz \
         ayarlanır.",
    ),
    own(
        Istanbul,
        1_100,
        Good,
        "Mavi Marcus jean, 32/32",
        "Two winters, one visible thigh fade. Zip and buttons fine. I can bring it to the ferry if you cross \
         anyway.",
    ),
    own(
        Istanbul,
        2_400,
        LikeNew,
        "Desa leather jacket, brown, M",
        "Gerçek kuzu derisi, geçen yıl alındı, fişi duruyor. Kilo aldım, kapanmıyor. Pazarlık payı var.",
    ),
    shop(
        Dubai,
        260,
        New,
        "Linen suit trousers, sand, W34, unhemmed",
        "New with tags from our summer delivery. European linen-cotton, half lined. Hemming takes one day in \
         the shop.",
    ),
    own(
        Dubai,
        120,
        LikeNew,
        "Massimo Dutti suede loafers, navy, EU 43",
        "Worn on carpets more than streets, as one does in this weather. Soles show light scuffs only. Dust \
         bags included.",
    ),
    own(
        Dubai,
        75,
        Good,
        "Ralph Lauren Oxford shirts, 3 pcs, slim M",
        "Collar points still crisp on the pink and the blue, the white one is an honest office veteran. Sold \
         together.",
    ),
    own(
        Berlin,
        48,
        LikeNew,
        "Carhartt WIP Detroit-Jacke, Hamilton Brown, M",
        "Nur eine Saison getragen, rigid canvas, noch ziemlich steif. Nichtraucherhaushalt, dafür \
         Hundehaushalt: einmal Fusselrolle einplanen.",
    ),
    own(
        London,
        90,
        Fair,
        "Dr. Martens 1460, made in England, oxblood, UK 10",
        "Proper old Wollaston pair. Creased like a map, left heel worn to the second layer. Uppers are \
         sound, so worth a resole.",
    ),
    shop(
        NewYork,
        68,
        New,
        "Deadstock Hanes Beefy-T three-pack + Dickies 874, W34 L30",
        "Old warehouse stock, still folded around the cardboard. Khaki 874, original stickers on the leg.",
    ),
];
