//! What the browser loads: wakes the islands of `app`, and nothing else.

// Islands are exported from `app`; without a mention here the linker would leave them out.
use app as _;

/// Called once by the page's module script after the WASM is ready: panics go to the console, then every island on the
/// page is hydrated from the HTML and the props that the server sent.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
