//! Shows a picture in another program.

use eyebright_tests::desktop::{Desktop, Running, until};
use eyebright_tests::picture;

/// Shows a picture in a window and waits until that has the focus.
pub fn show(desktop: &Desktop, name: &str) -> Running {
    let mut viewer = Running(desktop.command("display").arg(picture(name)).spawn().unwrap());
    let title = format!("ImageMagick: {name}");
    until(&format!("{title} to be in front"), || {
        assert!(viewer.is_running(), "display ended");
        // If the window was open before the window manager started, it does not get the focus by itself.
        desktop.sh(&format!("xdotool search --name '^{title}$' windowactivate"));
        (desktop.front() == title).then_some(())
    });
    viewer
}
