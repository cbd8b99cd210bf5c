//! Converts pixels from the memory layout of an X server to RGB.

use image::RgbImage;
use x11rb::protocol::xproto::{ImageOrder, Setup, Visualtype};

/// How a server lays out the pixels of one depth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    bytes: usize,
    /// Rows start at multiples of this many bytes.
    pad: usize,
    order: ImageOrder,
    /// Bit masks of red, green and blue in a pixel.
    masks: [u32; 3],
}

impl Layout {
    /// The layout of one depth and visual. `None` for palettes and less than two bytes a pixel, which no monitor has
    /// had for decades.
    pub(super) fn of(setup: &Setup, depth: u8, visual: &Visualtype) -> Option<Self> {
        let format = setup.pixmap_formats.iter().find(|format| format.depth == depth)?;
        let masks = [visual.red_mask, visual.green_mask, visual.blue_mask];
        let bytes = usize::from(format.bits_per_pixel / 8);
        ((2..=4).contains(&bytes) && masks.iter().all(|&mask| mask != 0)).then_some(Self {
            bytes,
            pad: usize::from(format.scanline_pad / 8).max(1),
            order: setup.image_byte_order,
            masks,
        })
    }

    /// Converts `width` x `height` pixels to RGB. `None` if there are too few bytes.
    pub(super) fn rgb(&self, data: &[u8], width: u32, height: u32) -> Option<RgbImage> {
        let row = width as usize * self.bytes;
        let stride = row.next_multiple_of(self.pad);
        if row == 0 || data.len() < stride * (height as usize).checked_sub(1)? + row {
            return None;
        }
        let mut rgb = vec![0; width as usize * height as usize * 3];
        for (from, to) in data.chunks(stride).zip(rgb.chunks_exact_mut(width as usize * 3)) {
            match *self {
                // Nearly every screen: a word a pixel, blue in the lowest byte.
                Self {
                    bytes: 4,
                    order: ImageOrder::LSB_FIRST,
                    masks: [0xff_0000, 0xff00, 0xff],
                    ..
                } => words(from, to),
                _ => self.any(&from[..row], to),
            }
        }
        RgbImage::from_raw(width, height, rgb)
    }

    fn any(&self, from: &[u8], to: &mut [u8]) {
        for (from, to) in from.chunks_exact(self.bytes).zip(to.chunks_exact_mut(3)) {
            let append = |pixel: u32, &byte: &u8| pixel << 8 | u32::from(byte);
            let pixel = match self.order {
                ImageOrder::MSB_FIRST => from.iter().fold(0, append),
                _ => from.iter().rev().fold(0, append),
            };
            for (channel, mask) in to.iter_mut().zip(self.masks) {
                let value = u64::from((pixel & mask) >> mask.trailing_zeros());
                *channel = (value * 255 / u64::from(mask >> mask.trailing_zeros())) as u8;
            }
        }
    }
}

fn words(from: &[u8], to: &mut [u8]) {
    for (from, to) in from.as_chunks::<4>().0.iter().zip(to.as_chunks_mut::<3>().0) {
        *to = [from[2], from[1], from[0]];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(bytes: usize, order: ImageOrder, masks: [u32; 3]) -> Layout {
        Layout {
            bytes,
            pad: 4,
            order,
            masks,
        }
    }

    #[test]
    fn the_usual_and_the_rare_layouts_become_rgb() {
        let usual = layout(4, ImageOrder::LSB_FIRST, [0xff_0000, 0xff00, 0xff]);
        assert_eq!(
            usual.rgb(&[3, 2, 1, 0, 6, 5, 4, 9], 2, 1).unwrap().into_raw(),
            [1, 2, 3, 4, 5, 6]
        );
        let big_endian = layout(4, ImageOrder::MSB_FIRST, [0xff_0000, 0xff00, 0xff]);
        assert_eq!(big_endian.rgb(&[0, 1, 2, 3], 1, 1).unwrap().into_raw(), [1, 2, 3]);
        let ten_bits = layout(4, ImageOrder::LSB_FIRST, [0x3ff0_0000, 0xf_fc00, 0x3ff]);
        let pixel = (1023_u32 << 20 | 512 << 10).to_le_bytes();
        assert_eq!(ten_bits.rgb(&pixel, 1, 1).unwrap().into_raw(), [255, 127, 0]);
    }

    #[test]
    fn rows_are_padded() {
        let sixteen_bits = layout(2, ImageOrder::LSB_FIRST, [0xf800, 0x7e0, 0x1f]);
        let rows = [0xff, 0xff, 9, 9, 0, 0xf8, 9, 9];
        assert_eq!(
            sixteen_bits.rgb(&rows, 1, 2).unwrap().into_raw(),
            [255, 255, 255, 255, 0, 0]
        );
        assert_eq!(
            sixteen_bits.rgb(&rows[..6], 1, 2).unwrap().height(),
            2,
            "the last row needs no padding"
        );
        assert!(sixteen_bits.rgb(&rows[..5], 1, 2).is_none());
        assert!(sixteen_bits.rgb(&rows, 0, 2).is_none());
        assert!(sixteen_bits.rgb(&rows, 1, 0).is_none());
    }
}
