//! Small parts that every page is built from.

#[cfg(test)]
mod contrast;
pub mod field;
pub mod icon;
pub mod text_area;

pub use icon::{Icon, icon};
pub use text_area::TextArea;
