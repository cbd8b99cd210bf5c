//! Numbers that tell pictures made by cameras from pictures made by programs.

use image::RgbImage;

/// Longest side of the grid that is looked at.
const SIDE: u32 = 512;
/// Difference of neighbours above which they are an edge, in levels of 0..255.
const EDGE: i32 = 48;
/// Difference of neighbours above which they can be the border of a panel.
const BORDER: i32 = 12;

/// Pixels taken at even distances, not averaged: flat areas stay flat and exact.
pub(super) struct Grid {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

impl Grid {
    pub(super) fn new(rgb: &RgbImage) -> Self {
        let step = rgb.width().max(rgb.height()).div_ceil(SIDE).max(1);
        let (width, height) = (rgb.width().div_ceil(step), rgb.height().div_ceil(step));
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x * step, y * step)))
            .map(|(x, y)| rgb.get_pixel(x, y).0)
            .collect();
        Self {
            width: width as usize,
            height: height as usize,
            pixels,
        }
    }

    /// How often each colour of 32 levels a channel occurs, see [`levels_of`].
    pub(super) fn colour_counts(&self) -> Vec<u32> {
        let mut counts = vec![0_u32; 1 << 15];
        for [red, green, blue] in &self.pixels {
            counts[usize::from(red >> 3) << 10 | usize::from(green >> 3) << 5 | usize::from(blue >> 3)] += 1;
        }
        counts
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }
}

/// The red, green and blue levels, 0..32, of an index into [`Grid::colour_counts`].
pub(super) fn levels_of(key: usize) -> [u8; 3] {
    [key >> 10, key >> 5 & 31, key & 31].map(|level| level as u8)
}

/// Largest difference of two colours in any channel.
fn step(a: [u8; 3], b: [u8; 3]) -> i32 {
    (0..3)
        .map(|c| (i32::from(a[c]) - i32::from(b[c])).abs())
        .max()
        .unwrap_or(0)
}

/// Shares are 0..1 of all pixels or of all pairs of neighbours; levels are 0..255.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Statistics {
    /// Share of the most common colour (of 32 levels a channel).
    pub(super) top1: f32,
    /// Share of the four most common.
    pub(super) top4: f32,
    /// Mean brightness.
    pub(super) mean: f32,
    /// Brightness that all but one pixel in 2,000 stay below.
    pub(super) brightest: f32,
    /// Widest spread of a channel between its 1st and 99th percentile.
    pub(super) range: f32,
    /// Share of neighbours that are equal.
    pub(super) equal: f32,
    /// Share of neighbours that differ by at most 2 levels.
    pub(super) flat: f32,
    /// Share of neighbours that differ by 4 to 32 levels: texture and sensor noise.
    pub(super) texture: f32,
    /// Share of neighbours that differ by more than [`EDGE`].
    pub(super) edge: f32,
    /// How unlike neighbours are, when pixels are averaged by 1, 2, 4 and 8: near 1 for random pixels.
    pub(super) randomness: [f32; 4],
    /// Long straight horizontal borders, in widths of the picture.
    pub(super) horizontal: f32,
    /// Long straight vertical borders, in heights of the picture.
    pub(super) vertical: f32,
    /// How often rows with ink begin or end, top to bottom.
    pub(super) ink_rows: u32,
    /// How often ink begins or ends along a row that has some (median).
    pub(super) ink_changes: u32,
}

impl Statistics {
    pub(super) fn of(grid: &Grid) -> Self {
        let mut statistics = Self::default();
        if grid.width < 2 || grid.height < 2 {
            // A line or a point has no neighbours to compare: one colour as far as anybody can tell.
            return Self {
                equal: 1.0,
                flat: 1.0,
                mean: brightness(grid).iter().sum::<f32>() / grid.pixels.len().max(1) as f32,
                ..statistics
            };
        }
        let ground = statistics.count_colours(grid);
        statistics.measure_brightness(grid);
        statistics.compare_neighbours(grid);
        statistics.measure_randomness(grid);
        statistics.find_borders(grid);
        statistics.find_ink(grid, ground);
        statistics
    }

    /// Returns the most common colour.
    fn count_colours(&mut self, grid: &Grid) -> [u8; 3] {
        let mut counts = grid.colour_counts();
        let ground = (0..counts.len()).max_by_key(|&key| counts[key]).unwrap_or(0);
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let share = |count: usize| counts[..count].iter().sum::<u32>() as f32 / grid.pixels.len() as f32;
        (self.top1, self.top4) = (share(1), share(4));
        levels_of(ground).map(|level| level * 8 + 4)
    }

    fn measure_brightness(&mut self, grid: &Grid) {
        let levels = brightness(grid);
        self.mean = levels.iter().sum::<f32>() / levels.len() as f32;
        self.brightest = percentile(&levels.iter().map(|level| *level as u8).collect::<Vec<_>>(), 0.9995);
        let spread = |channel: usize| {
            let values: Vec<u8> = grid.pixels.iter().map(|pixel| pixel[channel]).collect();
            percentile(&values, 0.99) - percentile(&values, 0.01)
        };
        self.range = spread(0).max(spread(1)).max(spread(2));
    }

    fn compare_neighbours(&mut self, grid: &Grid) {
        let (mut pairs, mut equal, mut flat, mut texture, mut edge) = (0, 0, 0, 0, 0);
        let mut compare = |a, b| {
            let step = step(a, b);
            pairs += 1;
            equal += u32::from(step == 0);
            flat += u32::from(step <= 2);
            texture += u32::from((4..=32).contains(&step));
            edge += u32::from(step > EDGE);
        };
        for y in 0..grid.height - 1 {
            for x in 0..grid.width - 1 {
                compare(grid.at(x, y), grid.at(x + 1, y));
                compare(grid.at(x, y), grid.at(x, y + 1));
            }
        }
        [self.equal, self.flat, self.texture, self.edge] =
            [equal, flat, texture, edge].map(|count| count as f32 / pairs as f32);
    }

    fn measure_randomness(&mut self, grid: &Grid) {
        let mut levels = brightness(grid);
        let (mut width, mut height) = (grid.width, grid.height);
        for scale in &mut self.randomness {
            if width < 8 || height < 8 {
                break;
            }
            *scale = unlikeness(&levels, width, height);
            (levels, width, height) = halved(&levels, width, height);
        }
    }

    fn find_borders(&mut self, grid: &Grid) {
        let (width, height) = (grid.width, grid.height);
        let row = |y: usize| (0..width).map(move |x| step(grid.at(x, y), grid.at(x, y + 1)) > BORDER);
        let column = |x: usize| (0..height).map(move |y| step(grid.at(x, y), grid.at(x + 1, y)) > BORDER);
        let rows: usize = (0..height - 1).map(|y| long_runs(row(y), (width / 6).max(16))).sum();
        let columns: usize = (0..width - 1).map(|x| long_runs(column(x), (height / 6).max(16))).sum();
        self.horizontal = rows as f32 / width as f32;
        self.vertical = columns as f32 / height as f32;
    }

    fn find_ink(&mut self, grid: &Grid, ground: [u8; 3]) {
        let mut changes = Vec::new();
        let mut before = None;
        for row in grid.pixels.chunks_exact(grid.width) {
            let ink: Vec<bool> = row.iter().map(|&pixel| step(pixel, ground) > EDGE).collect();
            let has_ink = ink.iter().filter(|&&is| is).count() * 50 > grid.width;
            self.ink_rows += u32::from(before.is_some_and(|before| before != has_ink));
            before = Some(has_ink);
            if has_ink {
                changes.push(ink.windows(2).filter(|pair| pair[0] != pair[1]).count() as u32);
            }
        }
        changes.sort_unstable();
        self.ink_changes = changes.get(changes.len() / 2).copied().unwrap_or(0);
    }
}

fn brightness(grid: &Grid) -> Vec<f32> {
    let luma =
        |[red, green, blue]: &[u8; 3]| (u32::from(*red) * 77 + u32::from(*green) * 151 + u32::from(*blue) * 28) >> 8;
    grid.pixels.iter().map(|pixel| luma(pixel) as f32).collect()
}

fn percentile(values: &[u8], share: f64) -> f32 {
    let mut counts = [0_usize; 256];
    for &value in values {
        counts[usize::from(value)] += 1;
    }
    let wanted = (values.len() as f64 * share) as usize;
    let mut counted = 0;
    let reached = counts.iter().position(|count| {
        counted += count;
        counted > wanted
    });
    reached.unwrap_or(255) as f32
}

/// Variance of the differences of neighbours over twice the variance: 1 for independent values, near 0 for smooth pictures.
fn unlikeness(levels: &[f32], width: usize, height: usize) -> f32 {
    let count = levels.len() as f32;
    let mean = levels.iter().sum::<f32>() / count;
    let variance = levels.iter().map(|level| (level - mean).powi(2)).sum::<f32>() / count;
    if variance < 1e-3 {
        return 0.0;
    }
    let (mut sum, mut pairs) = (0.0, 0.0);
    for y in 0..height - 1 {
        for x in 0..width - 1 {
            let here = levels[y * width + x];
            sum += (here - levels[y * width + x + 1]).powi(2) + (here - levels[(y + 1) * width + x]).powi(2);
            pairs += 2.0;
        }
    }
    sum / pairs / (2.0 * variance)
}

/// Halves width and height by the means of 2 x 2 values.
fn halved(levels: &[f32], width: usize, height: usize) -> (Vec<f32>, usize, usize) {
    let at = |x: usize, y: usize| levels[y * width + x];
    let half = (0..height / 2)
        .flat_map(|y| (0..width / 2).map(move |x| (2 * x, 2 * y)))
        .map(|(x, y)| (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0)
        .collect();
    (half, width / 2, height / 2)
}

/// How many `true` stand in runs of at least `length`.
fn long_runs(line: impl Iterator<Item = bool>, length: usize) -> usize {
    let (mut total, mut run) = (0, 0);
    for is in line.chain([false]) {
        if is {
            run += 1;
        } else {
            total += if run >= length { run } else { 0 };
            run = 0;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_runs_count() {
        let line = [true, true, false, true, true, true, false, true];
        assert_eq!(long_runs(line.into_iter(), 2), 5);
        assert_eq!(long_runs(line.into_iter(), 3), 3);
        assert_eq!(long_runs([true; 4].into_iter(), 4), 4);
    }

    #[test]
    fn percentiles_of_levels() {
        let values: Vec<u8> = (0..=99).collect();
        assert_eq!(percentile(&values, 0.01), 1.0);
        assert_eq!(percentile(&values, 0.99), 99.0);
    }

    #[test]
    fn a_point_and_a_line_have_statistics() {
        for (width, height) in [(1, 1), (1, 10_000), (3000, 1), (2, 2)] {
            let statistics = Statistics::of(&Grid::new(&RgbImage::from_pixel(width, height, image::Rgb([9; 3]))));
            assert_eq!((statistics.equal, statistics.mean), (1.0, 9.0));
        }
    }
}
