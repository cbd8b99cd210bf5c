//! The classes and objects that are evidence for a concept or noun, and how likely they are in a picture.

use serde::Deserialize;

/// The ImageNet classes (inclusive ranges of class numbers) and COCO objects that a concept or noun covers.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Extent {
    #[serde(default)]
    classes: Vec<(usize, usize)>,
    #[serde(default)]
    objects: Vec<usize>,
}

/// The probability, 0 to 1, of each class and each kind of object in one picture.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Probabilities indexed by class number.
    pub classes: Vec<f32>,
    /// The best score of each kind of object, indexed by object number.
    pub objects: Vec<f32>,
}

impl Extent {
    /// True if the two extents share a class or an object.
    pub fn meets(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .any(|a| other.classes.iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        classes || self.objects.iter().any(|object| other.objects.contains(object))
    }

    /// True if `other` covers all of this extent's classes and objects, and there is at least one.
    pub fn is_within(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .all(|a| other.classes.iter().any(|b| b.0 <= a.0 && a.1 <= b.1));
        classes && self.objects.iter().all(|object| other.objects.contains(object)) && !self.is_empty()
    }

    /// True if it covers no class and no object, so that nothing can be evidence for it.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.objects.is_empty()
    }

    /// True if it covers at least one class.
    pub fn has_classes(&self) -> bool {
        !self.classes.is_empty()
    }

    /// True if it covers the object with this number.
    pub fn has_object(&self, object: usize) -> bool {
        self.objects.contains(&object)
    }

    /// The number of classes and objects it covers.
    pub fn size(&self) -> usize {
        self.classes.iter().map(|(first, last)| last - first + 1).sum::<usize>() + self.objects.len()
    }
}

impl Seen {
    /// The probability of `extent`, 0 to 1, from the tags alone: the sum over its classes, which exclude one another.
    pub fn by_tags(&self, extent: &Extent) -> f32 {
        let sum: f32 = extent
            .classes
            .iter()
            .filter_map(|&(first, last)| self.classes.get(first..=last))
            .flatten()
            .sum();
        sum.min(1.0)
    }

    /// The score of the best object in `extent`, 0 to 1.
    pub fn by_objects(&self, extent: &Extent) -> f32 {
        extent
            .objects
            .iter()
            .filter_map(|&object| self.objects.get(object))
            .copied()
            .fold(0.0, f32::max)
    }

    /// The probability, 0 to 1, that tags or objects show something in `extent`, treated as independent: 1 - (1 - tags)
    /// (1 - objects).
    pub fn support(&self, extent: &Extent) -> f32 {
        1.0 - (1.0 - self.by_tags(extent)) * (1.0 - self.by_objects(extent))
    }
}
