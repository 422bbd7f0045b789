//! Text that looks like language to an index: some words are everywhere, most are rare.

use super::dice::Dice;

const BEGINNINGS: [&str; 20] = [
    "ma", "co", "be", "du", "fi", "go", "ha", "ja", "lo", "mi", "ne", "po", "ru", "sa", "te", "ve", "wa",
    "cla", "bri", "sto",
];
const MIDDLES: [&str; 20] = [
    "l", "n", "r", "s", "t", "d", "m", "p", "g", "b", "ck", "nt", "rd", "sh", "st", "th", "v", "x", "z", "ng",
];
const ENDS: [&str; 8] = ["a", "en", "er", "ic", "on", "ly", "ish", "um"];

/// How many words there are.
const WORDS: u32 = 3_200;

const KINDS: [&str; 24] = [
    "Antique", "Boxed", "Classic", "Compact", "Custom", "Deluxe", "Early", "Graded", "Handmade", "Large",
    "Limited", "Mint", "Modern", "New", "Original", "Plain", "Rare", "Retro", "Sealed", "Signed", "Small",
    "Used", "Vintage", "Worn",
];
const MAKERS: [&str; 30] = [
    "Adair", "Bexley", "Corvo", "Dahl", "Elbe", "Fjord", "Garda", "Hoku", "Indra", "Juno", "Kestrel",
    "Lumen", "Mistral", "Nori", "Orso", "Pavo", "Quill", "Rialto", "Sable", "Tundra", "Umbra", "Vela",
    "Wren", "Xeno", "Yarrow", "Zephyr", "Akita", "Borealis", "Cobalt", "Delphi",
];
const THINGS: [&str; 36] = [
    "armchair",
    "bag",
    "basket",
    "bicycle",
    "boots",
    "bracelet",
    "camera",
    "cards",
    "coat",
    "comic",
    "console",
    "cushion",
    "desk",
    "doll",
    "figure",
    "guitar",
    "headphones",
    "jacket",
    "jersey",
    "keyboard",
    "lamp",
    "lens",
    "mirror",
    "mug",
    "novel",
    "perfume",
    "phone",
    "poster",
    "shelf",
    "shirt",
    "sneakers",
    "sofa",
    "speaker",
    "stroller",
    "vase",
    "watch",
];

/// What somebody calls the `n`th thing for sale.
pub(super) fn title(dice: &mut Dice, n: u32) -> String {
    format!("{} {} {} {}", dice.pick(&KINDS), dice.pick(&MAKERS), dice.pick(&THINGS), n % 997)
}

/// Adds so many sentences of eight words to a text.
pub(super) fn sentences(dice: &mut Dice, count: u32, text: &mut String) {
    for sentence in 0..count {
        for place in 0..8 {
            if place > 0 || sentence > 0 {
                text.push(' ');
            }
            let word = dice.skewed(WORDS, 2.2);
            for (part, index) in
                [(&BEGINNINGS[..], word % 20), (&MIDDLES[..], word / 20 % 20), (&ENDS[..], word / 400 % 8)]
            {
                text.push_str(
                    part.get(usize::try_from(index).unwrap_or_default()).copied().unwrap_or_default(),
                );
            }
        }
        text.push('.');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_length_of_a_description_and_the_form_of_words() {
        let mut text = String::new();
        sentences(&mut Dice::of(1, 1), 3, &mut text);
        assert_eq!(text.split(' ').count(), 24);
        assert!((100..300).contains(&text.len()) && text.ends_with('.'), "{text}");
        assert!(title(&mut Dice::of(1, 1), 1_000).ends_with(" 3"));
    }
}
