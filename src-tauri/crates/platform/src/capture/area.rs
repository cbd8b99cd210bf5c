//! Rectangles on a screen that may span several monitors.

/// A rectangle in pixels of the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Area {
    /// The intersection of two areas; `None` if it is empty.
    pub(super) fn shared(self, other: Self) -> Option<Self> {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let width = (self.x + self.width).min(other.x + other.width) - x;
        let height = (self.y + self.height).min(other.y + other.height) - y;
        (width > 0 && height > 0).then_some(Self { x, y, width, height })
    }

    fn pixels(self) -> i64 {
        i64::from(self.width) * i64::from(self.height)
    }
}

/// A monitor's place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Monitor {
    pub(super) area: Area,
    pub(super) primary: bool,
}

/// The monitor that shows most of a window. Without a window, or if none shows it, the primary monitor or else the
/// first.
pub(super) fn monitor_of(window: Option<Area>, monitors: &[Monitor]) -> Option<Area> {
    let shown = |monitor: &Monitor| {
        window
            .and_then(|window| window.shared(monitor.area))
            .map_or(0, Area::pixels)
    };
    let best = monitors.iter().max_by_key(|monitor| shown(monitor));
    best.filter(|monitor| shown(monitor) > 0)
        .or_else(|| monitors.iter().find(|monitor| monitor.primary))
        .or(monitors.first())
        .map(|monitor| monitor.area)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn area(x: i32, y: i32, width: i32, height: i32) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn what_two_areas_share() {
        let window = area(-50, 700, 400, 300);
        assert_eq!(window.shared(area(0, 0, 1280, 900)), Some(area(0, 700, 350, 200)));
        assert_eq!(window.shared(area(350, 0, 100, 900)), None);
    }

    #[test]
    fn the_monitor_is_the_one_that_shows_most_of_the_window() {
        let left = Monitor {
            area: area(0, 0, 1920, 1080),
            primary: false,
        };
        let right = Monitor {
            area: area(1920, 0, 2560, 1440),
            primary: true,
        };
        let both = [left, right];
        assert_eq!(monitor_of(Some(area(100, 100, 800, 600)), &both), Some(left.area));
        assert_eq!(monitor_of(Some(area(1800, 100, 800, 600)), &both), Some(right.area));
        assert_eq!(monitor_of(None, &both), Some(right.area));
        assert_eq!(monitor_of(Some(area(0, 5000, 10, 10)), &both), Some(right.area));
        assert_eq!(monitor_of(None, &[left]), Some(left.area));
        assert_eq!(monitor_of(None, &[]), None);
    }
}
