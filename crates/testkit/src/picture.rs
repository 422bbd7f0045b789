//! Pictures as people upload them, and as those do who mean harm. They are PNGs made here from the bits up, so that a test
//! knows every byte, and can lie about any.

/// A picture of this size in which no two neighbours are alike, as large a file as it can be.
#[expect(clippy::same_item_push, reason = "the rest of each row is pushed between")]
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    let mut shade = 7_u32;
    for _ in 0..height {
        // Each row says first how it is filtered: not at all.
        rows.push(0);
        for _ in 0..width * 3 {
            shade = shade.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            rows.push(shade.to_be_bytes()[0]);
        }
    }
    of_chunks(&[head(width, height, TRUE_COLOUR), chunk(*b"IDAT", &stored(&rows)), chunk(*b"IEND", &[])])
}

/// A file of a few bytes that says it is a picture of this size.
pub fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    of_chunks(&[head(width, height, TRUE_COLOUR), chunk(*b"IDAT", &stored(&[0; 64])), chunk(*b"IEND", &[])])
}

/// A picture of this size, black, honest and packed as tightly as it goes: fifty thousand by fifty thousand pixels are
/// three megabytes of file.
pub fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let row = u64::from(width.div_ceil(8)) + 1;
    let packed = zeros(row * u64::from(height));
    of_chunks(&[head(width, height, BLACK_AND_WHITE), chunk(*b"IDAT", &packed), chunk(*b"IEND", &[])])
}

/// A small picture with a colour profile that unpacks to so many bytes.
pub fn png_with_profile_bomb(bytes: u64) -> Vec<u8> {
    let profile = [&b"x\0\0"[..], &zeros(bytes)].concat();
    let rows = [0; 4];
    of_chunks(&[
        head(1, 1, TRUE_COLOUR),
        chunk(*b"iCCP", &profile),
        chunk(*b"IDAT", &stored(&rows)),
        chunk(*b"IEND", &[]),
    ])
}

/// Eight bits for each of red, green and blue.
const TRUE_COLOUR: [u8; 2] = [8, 2];
/// One bit for each pixel.
const BLACK_AND_WHITE: [u8; 2] = [1, 0];

fn of_chunks(chunks: &[Vec<u8>]) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()
}

fn head(width: u32, height: u32, [depth, colour]: [u8; 2]) -> Vec<u8> {
    let content = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    chunk(*b"IHDR", &content)
}

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let named = [&name[..], content].concat();
    let sum = crc(&named);
    [&length.to_be_bytes()[..], &named, &sum.to_be_bytes()].concat()
}

/// The sum that stands behind each chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

/// The sum that stands behind everything packed.
fn adler(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % PRIME;
        (a, (b + a) % PRIME)
    });
    b << 16 | a
}

/// Bytes in the form of something packed, without being packed.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 1];
    let mut blocks = bytes.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler(bytes).to_be_bytes());
    out
}

/// So many zeros, packed: one, and then "the same 258 times more" again and again, in thirteen bits each.
fn zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 1], used: 8 };
    // The last block, of the fixed codes.
    bits.put(0b011, 3);
    bits.put_code(0b0011_0000, 8);
    let mut left = count.saturating_sub(1);
    while left >= 258 {
        bits.put_code(0b1100_0101, 8);
        bits.put_code(0, 5);
        left -= 258;
    }
    for _ in 0..left {
        bits.put_code(0b0011_0000, 8);
    }
    bits.put_code(0, 7);
    let b = u32::try_from(count % 65_521).unwrap_or_default();
    bits.bytes.extend((b << 16 | 1).to_be_bytes());
    bits.bytes
}

/// Bits, put into bytes from the low end.
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for at in 0..count {
            if self.used == 8 {
                self.bytes.push(0);
                self.used = 0;
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> at & 1 == 1) << self.used;
            }
            self.used += 1;
        }
    }

    /// Codes stand the other way round.
    fn put_code(&mut self, code: u32, count: u32) {
        self.put(code.reverse_bits() >> (32 - count), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"123456789"), 0x091e_01de);
    }

    #[test]
    fn a_bomb_is_small() {
        let bomb = png_bomb(50_000, 50_000);
        assert!((1_500_000..3_000_000).contains(&bomb.len()), "{}", bomb.len());
    }
}
