//! What is wrong with a gate, found before a holder stands before it.

use super::GateDevice;
use crate::files::Files;
use luyin_protocol::time::Timestamp;
use serde::Serialize;

/// How far a gate's clock may lie behind its bundle's.
const BEHIND_MS: u64 = 120_000;

/// A fault, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GateFault {
    /// A stable name.
    pub slug: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

const fn fault(slug: &'static str, zh: &'static str, en: &'static str) -> GateFault {
    GateFault { slug, zh, en }
}

impl std::fmt::Display for GateFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.en, self.zh)
    }
}

impl<F: Files + Clone> GateDevice<F> {
    /// What is wrong with this gate at a moment; nothing where it can decide.
    pub fn self_test(&self, now: Timestamp) -> Vec<GateFault> {
        let mut faults = Vec::new();
        match self.bundle() {
            None => faults.push(fault("bundle_missing", "无数据包", "no bundle: fetch one")),
            Some(b) if b.expires < now => faults.push(fault(
                "bundle_expired",
                "数据包已过期",
                "the bundle has expired: fetch one",
            )),
            Some(b) if now.plus_ms(BEHIND_MS) < b.issued => faults.push(fault(
                "clock_behind",
                "时钟落后",
                "the clock is behind the bundle's",
            )),
            Some(b) => {
                let policy = self.settings.policy;
                if !b.policies.iter().any(|p| p.reference.id == policy) {
                    faults.push(fault(
                        "policy_missing",
                        "数据包中没有该政策",
                        "this gate's policy is not in the bundle",
                    ));
                }
            }
        }
        if self.key.is_none() {
            faults.push(fault(
                "key_missing",
                "无验证密钥",
                "no verifying key: fetch one",
            ));
        }
        if self.code(now.step()).is_err() {
            faults.push(fault(
                "code_unreadable",
                "动态码密钥不可读",
                "the code's secret cannot be read",
            ));
        }
        if self.queue.waiting().is_err() {
            faults.push(fault(
                "queue_unreadable",
                "记录队列不可读",
                "the record queue cannot be read",
            ));
        }
        faults
    }
}
