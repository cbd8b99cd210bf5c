//! The formats of quantized matrices: those of GGML.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

/// Values that are taken out of a block at a time, so that they stay in registers.
pub(super) const PART: usize = 32;
/// Parts of a block.
pub(super) const PARTS: usize = 8;

/// Some neighbouring values, quantized together: each is a whole number from 0, times a scale, plus an offset.
pub(super) trait Block: Send + Sync {
    const BYTES: usize;

    /// The scales of the first and of the second half of each part, and the parts' offsets.
    fn scales(block: &[u8]) -> Scales;

    /// The whole numbers of a part. Whoever inlines this with a constant `part` gets vector instructions.
    fn numbers(block: &[u8], part: usize) -> [u8; PART];
}

/// Scales and offsets of a block: a value is its whole number times the scale plus the offset. For each part's first half, then for its second.
pub(super) struct Scales {
    pub(super) scales: [[f32; PARTS]; 2],
    pub(super) offsets: [[f32; PARTS]; 2],
}

/// Eight blocks, each a scale (float16) and 32 signed bytes, which here are counted from -128.
pub(super) struct Q8_0;
/// Low halves of 256 values, high quarters, 16 scales, a scale of these. Values are counted from -32.
pub(super) struct Q6K;
/// A scale and a minimum, scales and minima (6 bits each) for 8 parts of 32 values, the values in halves of bytes.
pub(super) struct Q4K;

impl Block for Q8_0 {
    const BYTES: usize = PARTS * 34;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        let (mut scales, mut offsets) = ([0.0; PARTS], [0.0; PARTS]);
        for part in 0..PARTS {
            let scale = half(&block[part * 34..]);
            scales[part] = scale;
            offsets[part] = -128.0 * scale;
        }
        Scales {
            scales: [scales; 2],
            offsets: [offsets; 2],
        }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [u8; PART] {
        let mut numbers = [0; PART];
        for (number, byte) in numbers.iter_mut().zip(array(&block[part * 34 + 2..])) {
            *number = byte ^ 0x80;
        }
        numbers
    }
}

impl Block for Q6K {
    const BYTES: usize = 210;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        let whole = half(&block[208..]);
        let (mut scales, mut offsets) = ([[0.0; PARTS]; 2], [[0.0; PARTS]; 2]);
        for part in 0..PARTS {
            for half in 0..2 {
                let scale = whole * f32::from(block[192 + 2 * part + half].cast_signed());
                scales[half][part] = scale;
                offsets[half][part] = -32.0 * scale;
            }
        }
        Scales { scales, offsets }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [u8; PART] {
        // Four parts share the bytes of the high quarters, two those of the low halves.
        let low = array(&block[part / 4 * 64 + part % 2 * 32..]);
        let high = array(&block[128 + part / 4 * 32..]);
        let mut numbers = [0; PART];
        for ((number, low), high) in numbers.iter_mut().zip(low).zip(high) {
            *number = match part % 4 {
                0 => low & 15 | (high & 3) << 4,
                1 => low & 15 | (high >> 2 & 3) << 4,
                2 => low >> 4 | (high >> 4 & 3) << 4,
                _ => low >> 4 | high >> 6 << 4,
            };
        }
        numbers
    }
}

impl Block for Q4K {
    const BYTES: usize = 144;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        let (scales, minima) = Self::sixths(block);
        let (whole, least) = (half(&block[..2]), half(&block[2..4]));
        let (mut wide, mut offsets) = ([0.0; PARTS], [0.0; PARTS]);
        for part in 0..PARTS {
            wide[part] = whole * f32::from(scales[part]);
            offsets[part] = -least * f32::from(minima[part]);
        }
        Scales {
            scales: [wide; 2],
            offsets: [offsets; 2],
        }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [u8; PART] {
        let mut numbers = [0; PART];
        for (number, byte) in numbers.iter_mut().zip(array(&block[16 + part / 2 * 32..])) {
            *number = if part.is_multiple_of(2) { byte & 15 } else { byte >> 4 };
        }
        numbers
    }
}

impl Q4K {
    /// The whole numbers, of six bits, that the parts' scales and minima are made of.
    #[inline(always)]
    pub(super) fn sixths(block: &[u8]) -> ([u8; PARTS], [u8; PARTS]) {
        // Those of the first four parts lie side by side, those of the last four are made of what is left.
        let word = |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        let (first, second, third) = (word(4), word(8), word(12));
        let both = |low: u32, high: u32| (u64::from(low) | u64::from(high) << 32).to_le_bytes();
        let top = 0x0303_0303;
        let scales = both(first & 0x3f3f_3f3f, third & 0x0f0f_0f0f | (first >> 6 & top) << 4);
        let minima = both(
            second & 0x3f3f_3f3f,
            third >> 4 & 0x0f0f_0f0f | (second >> 6 & top) << 4,
        );
        (scales, minima)
    }
}

/// The first bytes.
#[inline(always)]
fn array(bytes: &[u8]) -> [u8; PART] {
    let mut array = [0; PART];
    array.copy_from_slice(&bytes[..PART]);
    array
}

/// A finite float16 as f32. `half` asks at each call what the processor can do.
#[inline(always)]
fn half(bytes: &[u8]) -> f32 {
    let bits = u32::from(u16::from_le_bytes([bytes[0], bytes[1]]));
    // The exponents' biases are 112 apart.
    let size = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    f32::from_bits(size.to_bits() | (bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        for bits in (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00) {
            assert_eq!(half(&bits.to_le_bytes()), half::f16::from_bits(bits).to_f32());
        }
    }
}
