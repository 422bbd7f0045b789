//! Electronics.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        349,
        LikeNew,
        "MacBook Air M1, 8 GB / 256 GB, Space Grau, DE-Tastatur",
        "Geprüft, Akku 91 %, 118 Zyklen. Ein feiner Kratzer am Deckel. Zwölf Monate Gewährleistung, Netzteil \
         dabei.",
    ),
    own(
        Berlin,
        220,
        Good,
        "Sony WH-1000XM5, black",
        "Two years of commuting. New ear pads this summer, the case zip sticks a little. ANC and both mics \
         work as they should, test them here.",
    ),
    own(
        Berlin,
        95,
        Fair,
        "Kindle Oasis 3, cracked corner",
        "Hit the bathroom floor once. The screen is fine, the aluminium corner isn't. Battery lasts about \
         two weeks.",
    ),
    shop(
        Brussels,
        199,
        LikeNew,
        "Nintendo Switch OLED, white, with box",
        "Our workshop cleaned it and fitted a new screen protector. Joy-Cons without drift. Six months of \
         shop warranty.",
    ),
    own(
        Brussels,
        60,
        Good,
        "Fujifilm Instax Mini 90 + 20 films",
        "Bought for a wedding. The films are good until next year. Leather case slightly faded by the sun on \
         the shelf.",
    ),
    own(
        Brussels,
        145,
        Good,
        "Écran Dell U2720Q 27\" 4K, USB-C",
        "Un pixel clair en bas à gauche, visible seulement sur fond noir. Pied d'origine. À venir chercher, \
         je n'ai plus le carton.",
    ),
    shop(
        Amsterdam,
        425,
        LikeNew,
        "iPhone 13 128 GB, midnight, battery 88 %",
        "Simlock free, fully tested, new glass protector. In a plain box with cable. 12 maanden garantie.",
    ),
    own(
        Amsterdam,
        75,
        Good,
        "Garmin Edge 530, with mounts",
        "Thousands of kilometres along the Amstel. Buttons all click, small scratch near the lap button. \
         Out-front mount and two rubber ones.",
    ),
    own(
        Amsterdam,
        40,
        Good,
        "Raspberry Pi 4 (4 GB) with case, PSU, 64 GB card",
        "Ran Home Assistant until I bought a mini PC. Never overclocked, fan case is a bit dusty.",
    ),
    shop(
        London,
        379,
        LikeNew,
        "Canon EOS M50 Mark II kit with 15-45mm, UK charger",
        "Shutter count about 4,100. Sensor cleaned, no marks on the glass. Includes strap, caps and one \
         battery.",
    ),
    own(
        London,
        55,
        Good,
        "Sonos One SL, white",
        "One grille dent you can hide towards the wall. Reset and ready. Only selling since the flat is now \
         too small for two.",
    ),
    own(
        London,
        130,
        Good,
        "Steam Deck 64 GB LCD with 512 GB SSD swap",
        "I did the SSD myself, no screws stripped. Sticks good, slight shine on A. Original case and \
         charger.",
    ),
    shop(
        Paris,
        289,
        LikeNew,
        "iPad 9e génération 64 Go Wi-Fi, gris sidéral",
        "Reconditionné chez nous, batterie contrôlée à 94 %. Micro-rayures au dos. Garantie 12 mois.",
    ),
    own(
        Paris,
        70,
        Fair,
        "Platine Technics SL-BD20, à régler",
        "Tourne, mais la vitesse fluctue sur 45 tours. Cellule Audio-Technica presque neuve. Capot rayé.",
    ),
    own(
        Paris,
        110,
        LikeNew,
        "Bose QuietComfort Earbuds II, noir",
        "Utilisés dix fois, trop gros pour mes oreilles. Tous les embouts, jamais portés pour certains. \
         Facture Fnac.",
    ),
    shop(
        Lisbon,
        160,
        Good,
        "Samsung Galaxy S21 128 GB, grey, dual SIM",
        "Ecrã impecável, pequenas marcas na moldura. Testado, desbloqueado, seis meses de garantia.",
    ),
    own(
        Lisbon,
        45,
        LikeNew,
        "JBL Flip 6, red",
        "Went to the beach twice, rinsed after, as the manual says. Cable never left the box.",
    ),
    own(
        Lisbon,
        210,
        Good,
        "GoPro Hero 11 Black + 3 batteries",
        "Used for surf in Carcavelos. Lens cover changed in May. Mounts have salt haze, camera doesn't.",
    ),
    shop(
        NewYork,
        499,
        LikeNew,
        "ThinkPad X1 Carbon Gen 9, i7, 16 GB, 512 GB",
        "Off-lease, battery health 92 %, Windows 11 Pro activated. Keyboard shine minimal. 90 day return, no \
         drama.",
    ),
    own(
        NewYork,
        65,
        Good,
        "Keychron K2 V2, brown switches, hot-swap",
        "Keycaps upgraded to PBT, originals in the bag. One rubber foot is missing. Typing this on it as we \
         speak.",
    ),
    own(
        NewYork,
        300,
        LikeNew,
        "Xbox Series X with one controller",
        "Played about 30 hours, mostly Forza. Smoke free, moved once. Box with all foam.",
    ),
    shop(
        SanFrancisco,
        620,
        LikeNew,
        "LG 34\" ultrawide 34WN80C, USB-C",
        "Startup liquidation, we have two left. No dead pixels, stand and all cables. 60 W charging tested \
         with a MacBook.",
    ),
    own(
        SanFrancisco,
        90,
        Good,
        "Oura Ring Gen 3, size 10, silver",
        "Scratches as you get from climbing. Battery still five days. Factory reset; the subscription does \
         not transfer.",
    ),
    own(
        SanFrancisco,
        180,
        Good,
        "Sony a6000 body only",
        "Shutter count unknown but not young. Hot shoe cover lost. Takes lovely pictures, I moved to full \
         frame.",
    ),
    shop(
        Istanbul,
        21_500,
        LikeNew,
        "iPhone 13 128 GB, yıldız ışığı, pil %87",
        "Yenilenmiş, kayıtlı, 12 ay garantili. Ekran orijinal. Kutu, kablo ve fatura var.",
    ),
    own(
        Istanbul,
        5_200,
        Good,
        "PlayStation 4 Slim 500 GB + 2 kol",
        "Fanı temizlendi, sessiz. Kollardan birinin sol analogu hafif kayıyor. Yanında FIFA 23.",
    ),
    own(
        Istanbul,
        3_400,
        LikeNew,
        "Marshall Emberton II, black and brass",
        "Hediye geldi, evde bir tane vardı. Üç kez çalıştırıldı. Kutusu tam.",
    ),
    shop(
        Dubai,
        1_350,
        LikeNew,
        "Apple Watch Series 8 45 mm GPS, midnight",
        "Battery 93 %, screen protector since new. One year old, invoice from a mall store, no AppleCare.",
    ),
    own(
        Dubai,
        480,
        Good,
        "DJI Mini 2 Fly More combo",
        "41 flights, no crashes. Propellers renewed. Please check the registration rules before you fly \
         here.",
    ),
    own(
        Dubai,
        95,
        Fair,
        "Logitech MX Master 2S, sticky coating",
        "The rubber has gone tacky as they all do in the heat. Works perfectly, wear a glove or re-wrap it.",
    ),
    own(
        NewYork,
        38,
        Fair,
        "Sony Trinitron KV-13, 13\" CRT",
        "Works, with the warm picture retro players want. Front speaker crackles, remote lost. You carry it \
         down from the third floor.",
    ),
    shop(
        Berlin,
        79,
        Good,
        "Shure SM58 + Focusrite Scarlett Solo (3rd gen)",
        "Bundle für die erste Aufnahme. Gitter leicht verbeult, wie es sich für ein 58 gehört. Geprüft im \
         Laden.",
    ),
    own(
        SanFrancisco,
        70,
        New,
        "Anker 737 power bank, 24k mAh",
        "Bought for a Burning Man I did not get to. Display film still on.",
    ),
];
