//! Runners over published test suites, for any folder of the form that their publishers gave them.
//! The data stays outside: its folder is an argument.

mod base45;
mod certlogic;
mod dgc;
pub mod exceptions;
mod files;
mod outcome;
mod picture;
mod rules;
mod shc;
mod wycheproof;

use std::path::Path;

pub use files::SuiteFault;
pub use outcome::{Failure, Outcome};

/// A suite by the name of its folder.
pub struct Suite {
    pub name: &'static str,
    folder: &'static str,
    run: fn(&Path) -> Result<Outcome, SuiteFault>,
}

pub const SUITES: [Suite; 8] = [
    Suite {
        name: "base45-rfc9285",
        folder: "base45-rfc9285",
        run: base45::run,
    },
    Suite {
        name: "certlogic-evaluation",
        folder: "certlogic/testSuite",
        run: certlogic::run_evaluation,
    },
    Suite {
        name: "certlogic-validation",
        folder: "certlogic/validation-testSuite",
        run: certlogic::run_validation,
    },
    Suite {
        name: "dcc-business-rules",
        folder: "dcc-business-rules",
        run: rules::run,
    },
    Suite {
        name: "dgc-testdata",
        folder: "dgc-testdata",
        run: dgc::run,
    },
    Suite {
        name: "shc-cards",
        folder: "shc",
        run: shc::run_cards,
    },
    Suite {
        name: "shc-keys",
        folder: "shc",
        run: shc::run_keys,
    },
    Suite {
        name: "wycheproof-ecdsa-p256",
        folder: "wycheproof",
        run: wycheproof::run,
    },
];

impl Suite {
    /// What came of it; `None` where its folder is not there.
    pub fn run(&self, data: &Path) -> Result<Option<Outcome>, SuiteFault> {
        let folder = data.join(self.folder);
        folder.is_dir().then(|| (self.run)(&folder)).transpose()
    }
}
