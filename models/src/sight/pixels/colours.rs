//! Colours in plain words, by nearness in Oklab (Ottosson, 2020), where distance follows what eyes see.

use std::collections::BTreeMap;

use super::statistics::{Grid, levels_of};

/// Least share of the picture for a colour to be named.
const MIN_SHARE: f32 = 0.04;

/// A colour's name and its share of the picture, 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct Colour {
    /// The name in plain words.
    pub name: &'static str,
    /// 0..1 of all pixels.
    pub share: f32,
}

/// sRGB examples of each colour name; some names need several.
const NAMED: [(&str, [u8; 3]); 43] = [
    ("black", [0, 0, 0]),
    ("black", [22, 22, 24]),
    ("dark grey", [46, 46, 46]),
    ("dark grey", [64, 64, 64]),
    ("dark grey", [92, 92, 92]),
    ("grey", [108, 108, 108]),
    ("grey", [128, 128, 128]),
    ("grey", [150, 150, 152]),
    ("light grey", [204, 204, 206]),
    ("white", [255, 255, 255]),
    ("white", [240, 240, 240]),
    ("dark red", [110, 15, 20]),
    ("red", [215, 30, 35]),
    ("red", [255, 60, 60]),
    ("pink", [255, 160, 190]),
    ("pink", [235, 70, 150]),
    ("pink", [255, 192, 203]),
    ("orange", [255, 165, 0]),
    ("orange", [245, 130, 30]),
    ("orange", [225, 100, 20]),
    ("dark brown", [60, 38, 24]),
    ("brown", [120, 75, 40]),
    ("light brown", [175, 130, 90]),
    ("beige", [225, 205, 170]),
    ("yellow", [250, 220, 50]),
    ("yellow", [225, 190, 40]),
    ("olive green", [115, 115, 45]),
    ("dark green", [20, 65, 30]),
    ("dark green", [45, 60, 35]),
    ("green", [50, 140, 50]),
    ("green", [60, 190, 60]),
    ("light green", [165, 215, 130]),
    ("turquoise", [50, 190, 185]),
    ("dark turquoise", [10, 90, 95]),
    ("light blue", [150, 200, 240]),
    ("light blue", [95, 170, 235]),
    ("blue", [40, 90, 210]),
    ("blue", [70, 110, 170]),
    ("dark blue", [20, 30, 90]),
    ("dark blue", [35, 50, 75]),
    ("purple", [120, 50, 160]),
    ("light purple", [185, 160, 225]),
    ("dark purple", [60, 25, 75]),
];

/// The colours of a picture, the largest share first.
pub(super) fn of(grid: &Grid) -> Vec<Colour> {
    let palette = NAMED.map(|(name, rgb)| (name, oklab(rgb)));
    let mut shares: BTreeMap<&'static str, u32> = BTreeMap::new();
    for (key, &count) in grid.colour_counts().iter().enumerate().filter(|(_, count)| **count > 0) {
        // Spread over the whole range, so that pure black and white stay pure.
        let rgb = levels_of(key).map(|level| (u16::from(level) * 255 / 31) as u8);
        *shares.entry(nearest(&palette, oklab(rgb))).or_default() += count;
    }
    let total = grid.pixels.len().max(1) as f32;
    let mut colours: Vec<Colour> = shares
        .into_iter()
        .map(|(name, count)| Colour {
            name,
            share: count as f32 / total,
        })
        .filter(|colour| colour.share >= MIN_SHARE)
        .collect();
    colours.sort_by(|a, b| b.share.total_cmp(&a.share));
    colours
}

fn nearest(palette: &[(&'static str, [f32; 3])], colour: [f32; 3]) -> &'static str {
    let distance = |other: [f32; 3]| (0..3).map(|i| (colour[i] - other[i]).powi(2)).sum::<f32>();
    palette
        .iter()
        .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
        .map_or("grey", |(name, _)| name)
}

fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let [red, green, blue] = rgb.map(|level| {
        let level = f32::from(level) / 255.0;
        if level <= 0.04045 {
            level / 12.92
        } else {
            ((level + 0.055) / 1.055).powf(2.4)
        }
    });
    let long = (0.412_221_5 * red + 0.536_332_5 * green + 0.051_446 * blue).cbrt();
    let medium = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_397 * blue).cbrt();
    let short = (0.088_302_5 * red + 0.281_718_8 * green + 0.629_978_7 * blue).cbrt();
    [
        0.210_454_3 * long + 0.793_617_8 * medium - 0.004_072 * short,
        1.977_998_5 * long - 2.428_592_2 * medium + 0.450_593_7 * short,
        0.025_904 * long + 0.782_771_8 * medium - 0.808_675_8 * short,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn name(rgb: [u8; 3]) -> &'static str {
        of(&Grid::new(&RgbImage::from_pixel(4, 4, Rgb(rgb))))[0].name
    }

    #[test]
    fn plain_colours_have_plain_names() {
        let said = [
            [255, 0, 0],
            [0, 0, 255],
            [0, 128, 0],
            [255, 255, 0],
            [255, 255, 255],
            [0, 0, 0],
            [128, 128, 128],
        ]
        .map(name);
        assert_eq!(said, ["red", "blue", "green", "yellow", "white", "black", "grey"]);
        let said = [
            [255, 165, 0],
            [0, 0, 128],
            [135, 206, 235],
            [255, 192, 203],
            [128, 0, 128],
        ]
        .map(name);
        assert_eq!(said, ["orange", "dark blue", "light blue", "pink", "purple"]);
    }

    #[test]
    fn what_has_no_hue_is_given_none() {
        for level in 0..=255 {
            let said = name([level; 3]);
            assert!(
                ["black", "dark grey", "grey", "light grey", "white"].contains(&said),
                "{level}: {said}"
            );
        }
    }

    #[test]
    fn the_larger_share_comes_first() {
        let picture = RgbImage::from_fn(10, 10, |x, _| if x < 7 { Rgb([255; 3]) } else { Rgb([220, 20, 30]) });
        let colours = of(&Grid::new(&picture));
        assert_eq!((colours[0].name, colours[1].name), ("white", "red"));
        assert!((colours[0].share - 0.7).abs() < 1e-6);
    }
}
