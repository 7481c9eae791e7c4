//! How many threads there are.

#[cfg(feature = "threads")]
pub fn at_work() -> usize {
    rayon::current_num_threads()
}

#[cfg(not(feature = "threads"))]
pub fn at_work() -> usize {
    1
}
