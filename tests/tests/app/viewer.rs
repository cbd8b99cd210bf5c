//! Another program that shows a picture.

use eyebright_tests::desktop::{Desktop, Running, until};
use eyebright_tests::picture;

/// A picture in a window of its own, which has the focus.
pub fn show(desktop: &Desktop, name: &str) -> Running {
    let mut viewer = Running(desktop.command("display").arg(picture(name)).spawn().unwrap());
    let title = format!("ImageMagick: {name}");
    until(&format!("{title} to be in front"), || {
        assert!(viewer.is_running(), "display ended");
        // The window manager gives no focus to a window that it finds there when it starts.
        desktop.sh(&format!("xdotool search --name '^{title}$' windowactivate"));
        (desktop.front() == title).then_some(())
    });
    viewer
}
