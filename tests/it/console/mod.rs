//! The console over a real listener: pages for whoever may see them, forms without JavaScript.

mod browser;
mod builds;
mod chromium;
mod doors;
mod edits;
mod form;
mod forms;
mod held;
mod pages;
mod parity;
mod runs;
mod wizard;
