//! Which classes and objects something covers, and how likely they are in a picture.

use serde::Deserialize;

/// The ImageNet classes (inclusive spans) and COCO objects that something covers.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Extent {
    #[serde(default)]
    classes: Vec<(usize, usize)>,
    #[serde(default)]
    objects: Vec<usize>,
}

/// How likely each class and each object is in the picture, 0 to 1.
#[derive(Debug, Clone)]
pub struct Seen {
    /// By class number.
    pub classes: Vec<f32>,
    /// By object number, the best of each kind.
    pub objects: Vec<f32>,
}

impl Extent {
    /// Whether the two have a class or an object in common.
    pub fn meets(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .any(|a| other.classes.iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        classes || self.objects.iter().any(|object| other.objects.contains(object))
    }

    /// Whether all of it lies in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .all(|a| other.classes.iter().any(|b| b.0 <= a.0 && a.1 <= b.1));
        classes && self.objects.iter().all(|object| other.objects.contains(object)) && !self.is_empty()
    }

    /// Whether nothing can show it.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.objects.is_empty()
    }

    /// Whether classes can show it.
    pub fn has_classes(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Whether it covers the object with this number.
    pub fn has_object(&self, object: usize) -> bool {
        self.objects.contains(&object)
    }

    /// The number of classes and objects in it.
    pub fn size(&self) -> usize {
        self.classes.iter().map(|(first, last)| last - first + 1).sum::<usize>() + self.objects.len()
    }
}

impl Seen {
    /// The probability, 0 to 1, that the tags alone give to `extent`: the sum over its classes, which exclude one another.
    pub fn by_tags(&self, extent: &Extent) -> f32 {
        let sum: f32 = extent
            .classes
            .iter()
            .filter_map(|&(first, last)| self.classes.get(first..=last))
            .flatten()
            .sum();
        sum.min(1.0)
    }

    /// The score, 0 to 1, of the best object in `extent`.
    pub fn by_objects(&self, extent: &Extent) -> f32 {
        extent
            .objects
            .iter()
            .filter_map(|&object| self.objects.get(object))
            .copied()
            .fold(0.0, f32::max)
    }

    /// The probability, 0 to 1, that tags or objects show something of `extent`, taken as independent witnesses.
    pub fn support(&self, extent: &Extent) -> f32 {
        1.0 - (1.0 - self.by_tags(extent)) * (1.0 - self.by_objects(extent))
    }
}
