//! Points, convex hulls and rectangles at any angle.

/// x, y. A pixel covers one unit, so the middle of the first one is (0.5, 0.5).
pub type Point = [f32; 2];

/// A rectangle at an angle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Centre.
    pub centre: Point,
    /// Length along [`Rectangle::angle`].
    pub width: f32,
    /// Length at a right angle to the width.
    pub height: f32,
    /// Angle from the x axis in radians, clockwise as seen (y points down).
    pub angle: f32,
}

impl Rectangle {
    /// The smallest rectangle around points that form a convex hull; of equal ones, the one that leans least.
    ///
    /// One side of it lies on a side of the hull. Its width is the side that is closer to the x axis.
    pub fn smallest(hull: &[Point]) -> Option<Self> {
        let sides = hull.iter().zip(hull.iter().cycle().skip(1));
        sides
            .filter(|(from, to)| from != to)
            .map(|(from, to)| Self::at(hull, upright((to[1] - from[1]).atan2(to[0] - from[0]))))
            .min_by(|a, b| {
                let (first, second) = (a.area(), b.area());
                if (first - second).abs() <= 1e-4 * first.max(second) {
                    a.angle.abs().total_cmp(&b.angle.abs())
                } else {
                    first.total_cmp(&second)
                }
            })
    }

    /// The smallest rectangle around points that leans by `angle`.
    pub fn at(points: &[Point], angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        let extent = |along: Point| {
            let places = points.iter().map(|point| point[0] * along[0] + point[1] * along[1]);
            places.fold((f32::MAX, f32::MIN), |(low, high), place| {
                (low.min(place), high.max(place))
            })
        };
        let (left, right) = extent([cos, sin]);
        let (top, bottom) = extent([-sin, cos]);
        let (along, across) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
        Self {
            centre: [along * cos - across * sin, along * sin + across * cos],
            width: right - left,
            height: bottom - top,
            angle,
        }
    }

    /// Width x height.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The rectangle with every side moved outwards.
    #[must_use]
    pub fn grown(&self, distance: f32) -> Self {
        Self {
            width: self.width + 2.0 * distance,
            height: self.height + 2.0 * distance,
            ..*self
        }
    }

    /// The rectangle in a picture that is enlarged by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        Self {
            centre: self.centre.map(|place| place * factor),
            width: self.width * factor,
            height: self.height * factor,
            angle: self.angle,
        }
    }

    /// The rectangle with its width along another side: `quarters` of a turn clockwise.
    #[must_use]
    pub fn turned(&self, quarters: u8) -> Self {
        let odd = quarters % 2 == 1;
        Self {
            centre: self.centre,
            width: if odd { self.height } else { self.width },
            height: if odd { self.width } else { self.height },
            angle: self.angle + f32::from(quarters) * std::f32::consts::FRAC_PI_2,
        }
    }

    /// The point in the picture of a place inside: (0, 0) is the top left corner, (1, 1) the bottom right one.
    pub fn place(&self, x: f32, y: f32) -> Point {
        let (sin, cos) = self.angle.sin_cos();
        let (along, across) = ((x - 0.5) * self.width, (y - 0.5) * self.height);
        [
            self.centre[0] + along * cos - across * sin,
            self.centre[1] + along * sin + across * cos,
        ]
    }

    /// Top left, top right, bottom right, bottom left.
    pub fn corners(&self) -> [Point; 4] {
        [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| self.place(x, y))
    }

    /// Left, top, right and bottom of the upright box around it.
    pub fn bounds(&self) -> [f32; 4] {
        let around = Self::at(&self.corners(), 0.0);
        let (x, y) = (around.width / 2.0, around.height / 2.0);
        let [middle, centre] = around.centre;
        [middle - x, centre - y, middle + x, centre + y]
    }
}

/// Reduces an angle in radians by quarter turns to -45 to 45 degrees, for lines that have no direction.
pub fn upright(angle: f32) -> f32 {
    let quarter = std::f32::consts::FRAC_PI_2;
    angle - (angle / quarter).round() * quarter
}

/// The convex hull of points that are sorted by y, then x (Andrew's monotone chain).
pub fn hull(points: &[Point]) -> Vec<Point> {
    let mut hull = half(points.iter());
    let back = half(points.iter().rev());
    hull.extend(back.into_iter().skip(1));
    hull.pop();
    hull
}

/// One side of the hull, from the first to the last point.
fn half<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = Vec::new();
    for &point in points {
        while let [.., a, b] = chain[..]
            && (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) <= 0.0
        {
            chain.pop();
        }
        chain.push(point);
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hull_leaves_out_what_lies_inside() {
        let points = [[0.0, 0.0], [4.0, 0.0], [2.0, 1.0], [0.0, 2.0], [2.0, 2.0], [4.0, 2.0]];
        let mut corners = hull(&points);
        corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(corners, [[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]]);
        assert_eq!(hull(&[[1.0, 1.0]]), Vec::<Point>::new());
    }

    #[test]
    fn the_smallest_rectangle_leans_as_its_points_do() {
        for degrees in [-40.0_f32, -15.0, 0.0, 5.0, 44.0] {
            let leaning = Rectangle {
                centre: [50.0, 60.0],
                width: 40.0,
                height: 10.0,
                angle: degrees.to_radians(),
            };
            let mut points = leaning.corners();
            points.sort_by(|a, b| (a[1], a[0]).partial_cmp(&(b[1], b[0])).unwrap());
            let found = Rectangle::smallest(&hull(&points)).unwrap();
            assert!((found.angle - leaning.angle).abs() < 1e-3, "{degrees}: {found:?}");
            assert!((found.width - 40.0).abs() < 1e-2 && (found.height - 10.0).abs() < 1e-2);
            assert!((found.centre[0] - 50.0).abs() < 1e-2 && (found.centre[1] - 60.0).abs() < 1e-2);
        }
    }

    #[test]
    fn a_quarter_turn_moves_the_corners_on() {
        let rectangle = Rectangle {
            centre: [5.0, 5.0],
            width: 2.0,
            height: 8.0,
            angle: 0.0,
        };
        let near = |a: Point, b: Point| (a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-4;
        assert!(near(rectangle.turned(1).place(0.0, 0.0), rectangle.place(1.0, 0.0)));
        assert!(near(rectangle.turned(3).place(0.0, 0.0), rectangle.place(0.0, 1.0)));
        assert_eq!(rectangle.bounds(), [4.0, 1.0, 6.0, 9.0]);
    }
}
