//! Declares the app's own commands, so that each window's capability has to name those that it may use.

fn main() {
    #[cfg(feature = "desktop")]
    {
        let commands = tauri_build::AppManifest::new().commands(&["snapshot", "send"]);
        let attributes = tauri_build::Attributes::new().app_manifest(commands);
        if let Err(error) = tauri_build::try_build(attributes) {
            println!("cargo::error={error:#}");
        }
    }
}
