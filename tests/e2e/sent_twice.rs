//! What was sent twice, read from the sandbox's journal and not from what the command reports.

use std::collections::{HashMap, HashSet};

use vectcut_sandbox::{Arrival, Step};

/// The parts of all uploads that a sandbox has seen.
pub(crate) struct Parts {
    /// How many different parts were acknowledged.
    pub(crate) acknowledged: usize,
    /// How many acknowledgements were of a part that had been acknowledged before.
    pub(crate) again: usize,
    /// The uploads that got parts, by their path and upload ID.
    pub(crate) uploads: usize,
    /// Parts that were sent again although the client must have known that they were acknowledged.
    pub(crate) needless: Vec<String>,
}

impl Parts {
    /// Reads a journal.
    ///
    /// A connection carries one request at a time. So only the last request on a connection can have been in flight when
    /// the connection ended, and the client had read the response to every earlier one. It need not have written the last
    /// `lag` of those to its own journal.
    pub(crate) fn of(journal: &[Arrival], lag: usize) -> Self {
        let mut after: HashMap<u64, usize> = HashMap::new();
        let mut later_requests = vec![0; journal.len()];
        for (at, arrival) in journal.iter().enumerate().rev() {
            let count = after.entry(arrival.connection).or_default();
            later_requests[at] = *count;
            *count += 1;
        }
        let (mut acknowledged, mut uploads, mut again) = (HashSet::new(), HashSet::new(), 0);
        let (mut known, mut needless) = (HashSet::new(), Vec::new());
        for (at, part) in journal.iter().enumerate() {
            let Some((upload_id, number)) = identity(part) else {
                continue;
            };
            let identity = (part.path.as_str(), upload_id, number);
            uploads.insert((part.path.as_str(), upload_id));
            if known.contains(&identity) {
                needless.push(format!("part {number} of `{}`", part.path));
            }
            if part.status == Some(200) {
                again += usize::from(!acknowledged.insert(identity));
                if later_requests[at] > lag {
                    known.insert(identity);
                }
            }
        }
        Self {
            acknowledged: acknowledged.len(),
            again,
            uploads: uploads.len(),
            needless,
        }
    }
}

/// The upload ID and the part number of an uploaded part.
fn identity(arrival: &Arrival) -> Option<(&str, u16)> {
    let number = arrival
        .part_number
        .filter(|_| arrival.step == Step::UploadPart)?;
    let query = arrival.query.as_deref()?;
    let upload_id = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("uploadId="))?;
    Some((upload_id, number))
}
