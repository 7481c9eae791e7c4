//! The code that a gate displays.

use super::*;

#[test]
fn the_displayed_code_is_the_gates_own() {
    let (a, b) = (MemoryFiles::default(), MemoryFiles::default());
    let first = GateDevice::init(a.clone(), &settings()).unwrap();
    let second = GateDevice::init(b, &settings()).unwrap();
    let step = morning().step();
    let codes = |d: &GateDevice<MemoryFiles>| -> Vec<u32> {
        (0..5)
            .map(|n| d.code(Step::new(step.get() + n)).unwrap().0)
            .collect()
    };
    assert_ne!(codes(&first), codes(&second));
    assert_eq!(codes(&first), codes(&GateDevice::open(a).unwrap()));
}
