//! The console over a real listener: pages for whoever may see them, forms without JavaScript.

mod browser;
mod chromium;
mod doors;
mod forms;
mod pages;
mod parity;
mod wizard;
