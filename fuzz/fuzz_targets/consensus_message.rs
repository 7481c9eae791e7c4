#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| luyin_fuzz::run(&luyin_fuzz::consensus_message::TARGET, data));
