//! Threads and messages: numbers without gaps, exact counts, exact pages, and who may see what.

mod post;
