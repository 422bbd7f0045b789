//! Sneakers, sizes as the city counts them.

use souk_domain::product::Condition::{Fair, Good, LikeNew, New};

use super::{Item, own, shop};
use crate::city::City::{
    Amsterdam, Berlin, Brussels, Dubai, Istanbul, Lisbon, London, NewYork, Paris, SanFrancisco,
};

pub(super) const ITEMS: &[Item] = &[
    shop(
        Berlin,
        119,
        New,
        "adidas Samba OG, Cloud White / Core Black, EU 43 1/3",
        "Neu im Karton mit Ersatzschnürsenkeln. Rechnung liegt bei, Umtausch innerhalb von 14 Tagen.",
    ),
    own(
        Berlin,
        65,
        Good,
        "New Balance 990v3 grey, EU 44",
        "Everyday shoe for about a year. Suede brushed, mesh clean, heel foam has a fold inside on the left. \
         Box is gone.",
    ),
    own(
        Berlin,
        40,
        Fair,
        "Nike Air Max 90 Infrared 2015, EU 42.5",
        "Die Sohle ist vergilbt und an der Ferse etwas glatt, Luftkammern halten aber. Zum Auftragen oder \
         für ein Sole-Swap-Projekt.",
    ),
    shop(
        Brussels,
        140,
        LikeNew,
        "Salomon XT-6, black/phantom, EU 42",
        "Tried on by a customer, returned after the window, so we list it second hand. Quicklace mint, soles \
         without a scratch.",
    ),
    own(
        Brussels,
        55,
        Good,
        "Puma Suede Classic, forest green, EU 41",
        "I like them, my arches don't. Worn for a spring. A scuff on the right toe that suede brush mostly \
         lifted.",
    ),
    own(
        Brussels,
        30,
        Fair,
        "Converse Chuck 70 high, parchment, EU 40",
        "Toe caps yellowed, canvas tear of 1 cm near the eyelet. Laces brand new. Perfect festival shoes.",
    ),
    shop(
        Amsterdam,
        160,
        New,
        "Karhu Fusion 2.0, \"Lunar Rock\", EU 44.5",
        "New, boxed, the trainer for people who are done with raffles. Half a size small, so take up.",
    ),
    own(
        Amsterdam,
        90,
        LikeNew,
        "Asics Gel-Kayano 14, silver/cream, EU 38",
        "Worn four times, fits a wide 37.5 or slim 38. Selling since I bought the same pair in black as well \
         and always pick that one.",
    ),
    own(
        Amsterdam,
        45,
        Good,
        "Vans Old Skool, navy, EU 43",
        "Skated once, badly, then used for cycling. Toe has ollie marks on one shoe. Everything glued where \
         it should be.",
    ),
    shop(
        London,
        135,
        LikeNew,
        "Nike Dunk Low Panda, UK 8",
        "Authenticated in shop, worn twice. No star loss, no creases. Original box with the matching size \
         label.",
    ),
    own(
        London,
        70,
        Good,
        "New Balance 576 Made in England, navy, UK 9",
        "The good Flimby ones. Regularly cleaned, inner lining rubbed at the heel on the right. Two sets of \
         laces.",
    ),
    own(
        London,
        220,
        LikeNew,
        "Jordan 1 High OG \"University Blue\", UK 9.5",
        "Bought on release through SNKRS, receipt in my mail. Three wears, kept with crease guards. Not \
         interested in swaps, thanks.",
    ),
    shop(
        Paris,
        125,
        New,
        "Veja V-10 cuir, extra-white/nautico, 41",
        "Neuves, boîte d'origine. Taille normalement. Retour possible sous 14 jours en boutique.",
    ),
    own(
        Paris,
        50,
        Good,
        "Nike Cortez cuir blanc/rouge, 42",
        "Portées un été, nettoyées au Saphir. Pli de marche à droite, semelle à 80 %.",
    ),
    own(
        Paris,
        80,
        LikeNew,
        "Hoka Clifton 9, noir, 39 1/3",
        "Bought for a marathon plan that lasted eleven days. About 40 km on them, they still squeak like new \
         ones.",
    ),
    shop(
        Lisbon,
        75,
        New,
        "Sanjo K100 canvas, branco, 42",
        "A marca portuguesa de sempre, produção nova. Caixa e etiqueta. Sola vulcanizada.",
    ),
    own(
        Lisbon,
        55,
        LikeNew,
        "adidas Gazelle Indoor, blue, EU 39",
        "Usadas duas vezes, ficam-me apertadas no peito do pé. Sem marcas, com caixa.",
    ),
    own(
        Lisbon,
        28,
        Fair,
        "Nike Free Run 5.0, grey, EU 45",
        "Bought for the gym, used for the school run. Grip worn flat at the forefoot. Machine washed, smells \
         of nothing.",
    ),
    shop(
        NewYork,
        175,
        New,
        "New Balance 1906R \"Silver Metallic\", US 10",
        "Deadstock, double-boxed shipping. We take the photos under daylight so what you see is what you \
         get.",
    ),
    own(
        NewYork,
        110,
        Good,
        "Air Jordan 4 \"Military Black\", US 11",
        "Heel drag on the left, light creases, no paint chips. Cleaned with Reshoevn8r before listing. \
         Replacement box, I'll be straight about that.",
    ),
    own(
        NewYork,
        48,
        LikeNew,
        "Reebok Club C 85 Vintage, chalk/green, US 8.5",
        "The pre-yellowed look is how they come, relax. Worn to brunch twice. No box.",
    ),
    shop(
        SanFrancisco,
        150,
        LikeNew,
        "Hoka Bondi 8, black, US 12 wide",
        "Returned pair with under five miles according to the customer's watch. Outsole confirms it.",
    ),
    own(
        SanFrancisco,
        95,
        Good,
        "Nike Vaporfly 3, prototype colourway, US 9.5",
        "Two marathons plus tune-ups, around 120 miles. Plenty left for tempo days, probably not for your \
         PR.",
    ),
    own(
        SanFrancisco,
        35,
        Fair,
        "Allbirds Wool Runners, natural grey, US 10",
        "Peak startup shoe, now pilling at the toes. Freshly washed with new insoles. Free with any \
         referral, just kidding, 35.",
    ),
    shop(
        Istanbul,
        5_400,
        New,
        "adidas Campus 00s, gri/beyaz, 42",
        "Sıfır, kutulu, faturalı. Numara uymazsa bir hafta içinde değişim yapıyoruz.",
    ),
    own(
        Istanbul,
        2_300,
        LikeNew,
        "New Balance 327, moonbeam, 38",
        "Bir iki kez giyildi, tabanı tertemiz. Bana yarım numara büyük geldi. Elden teslim tercih ederim.",
    ),
    own(
        Istanbul,
        1_300,
        Good,
        "Nike Pegasus 40, black, EU 44.5",
        "Around 350 km, rotated with another pair. Upper fine, outsole rubber worn at the lateral heel as \
         always with me.",
    ),
    shop(
        Dubai,
        720,
        New,
        "Jordan 1 Mid \"Light Smoke Grey\", EU 42",
        "New, both lace colours, retail box. Mall prices are higher, go and compare.",
    ),
    own(
        Dubai,
        380,
        LikeNew,
        "Axel Arigato Clean 90, white, EU 43",
        "Italian leather, four wears, kept in the dust bag away from the sun. Tiny ink dot on the insole \
         only.",
    ),
    own(
        Dubai,
        150,
        Good,
        "On Cloud 5, all black, EU 45",
        "Walked all of Expo City in them, later only to the office. Small stones get stuck in the clouds, \
         you know how it is.",
    ),
    own(
        Berlin,
        85,
        LikeNew,
        "Saucony Jazz 81, beige/green, EU 41",
        "Zum Geburtstag bekommen, leider halbe Nummer zu groß. Einmal um den Block gelaufen. Karton ist da.",
    ),
    own(
        Paris,
        35,
        Fair,
        "Stan Smith vintage années 2000, 44",
        "Cuir craquelé au pli, talon vert bien passé. Fabriquées à l'époque de la semelle épaisse. Pour \
         amateur.",
    ),
    shop(
        London,
        88,
        Good,
        "Adidas Spezial \"Whalley\", UK 8",
        "Hard to find collab from 2018. Suede with normal wear, gum sole slightly darkened. No box, spare \
         laces unused.",
    ),
];
