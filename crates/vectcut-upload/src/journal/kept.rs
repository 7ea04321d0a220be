//! What the records of a journal add up to: the stage of an upload, and its history.

use oss_client::UploadId;

use super::record::{KeptCredentials, Record};
use crate::{
    policy::{history::History, plan::PARTS_MAX},
    stage::{OpenUpload, Origin, SafePart, Stage, Ticket},
};

/// What the records of a journal add up to.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) stage: Stage,
    pub(crate) history: History,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            stage: Stage::New,
            history: History::default(),
        }
    }
}

impl Kept {
    /// Adds one record. `None` when the record cannot follow those before it: then the journal is damaged.
    pub(crate) fn apply(mut self, record: Record) -> Option<Self> {
        self.count(&record);
        self.stage = next_stage(self.stage, record)?;
        Some(self)
    }

    /// Counts what the record says about the history of the upload.
    fn count(&mut self, record: &Record) {
        match record {
            Record::History(history) => self.history = *history,
            Record::Run => self.history.run_began(),
            // Too many of them are refused when the next one begins.
            Record::Putting => {
                let _ = self.history.put();
            }
            Record::PartsDenied => self.history.parts_denied = true,
            Record::Part(_) | Record::Stored(_) => self.history.progressed(),
            Record::Ticket(_)
            | Record::Credentials(_)
            | Record::Upload { .. }
            | Record::Completing
            | Record::Unpublished { .. }
            | Record::Published { .. } => {}
        }
    }

    /// Returns whether the parts can belong to one upload of a file of this length.
    pub(crate) fn is_sound(&self, len_bytes: u64) -> bool {
        let Stage::Sending(_, open) = &self.stage else {
            return true;
        };
        let (mut end, mut number) = (0, 0);
        let parts_fit = open.parts.iter().all(|part| {
            let follows = part.number > number
                && part.number <= PARTS_MAX
                && part.offset >= end
                && part.len_bytes > 0;
            let fits = part
                .offset
                .checked_add(part.len_bytes)
                .is_some_and(|end| end <= len_bytes);
            // Numbers are free between two parts exactly when there is room between them.
            let gap_has_number = part.offset == end || part.number > number + 1;
            (end, number) = (part.offset.saturating_add(part.len_bytes), part.number);
            follows && fits && gap_has_number
        });
        parts_fit && (end == len_bytes || number < PARTS_MAX)
    }
}

/// Returns the stage that a record leads to, or `None` when it cannot come at this stage.
fn next_stage(stage: Stage, record: Record) -> Option<Stage> {
    Some(match (record, stage) {
        (Record::History(_), stage @ Stage::New)
        | (Record::Putting, stage @ Stage::Placed(_))
        | (Record::Run | Record::PartsDenied, stage) => stage,
        (Record::Ticket(kept), _) => Stage::Placed(Ticket {
            place: kept.place.parse()?,
            credentials: kept.credentials.into(),
            origin: Origin::Journal,
        }),
        (Record::Credentials(credentials), stage) => with_credentials(stage, credentials)?,
        (Record::Upload { upload_id }, Stage::Placed(ticket) | Stage::Sending(ticket, _)) => {
            let open = OpenUpload {
                upload_id: UploadId::new(upload_id),
                parts: Vec::new(),
                completing: false,
            };
            Stage::Sending(ticket, open)
        }
        (Record::Part(part), Stage::Sending(ticket, open)) => {
            Stage::Sending(ticket, with_part(open, part))
        }
        (Record::Completing, Stage::Sending(ticket, open)) => {
            let completing = true;
            Stage::Sending(ticket, OpenUpload { completing, ..open })
        }
        (Record::Stored(object), Stage::Placed(ticket) | Stage::Sending(ticket, _)) => {
            Stage::Stored(ticket.place.clone(), Some(ticket), object.into())
        }
        (Record::Unpublished { place, object }, Stage::New) => {
            Stage::Stored(place.parse()?, None, object.into())
        }
        (Record::Published { place, object, url }, Stage::New) => {
            Stage::Published(place.parse()?, object.into(), url.parse()?)
        }
        _ => return None,
    })
}

/// Adds a part. One that was sent once more replaces the one before.
fn with_part(mut open: OpenUpload, part: SafePart) -> OpenUpload {
    let at = open
        .parts
        .partition_point(|other| other.number < part.number);
    match open.parts.get_mut(at) {
        Some(same) if same.number == part.number => *same = part,
        _ => open.parts.insert(at, part),
    }
    open
}

fn with_credentials(stage: Stage, credentials: KeptCredentials) -> Option<Stage> {
    let renewed = |ticket: Ticket| Ticket {
        credentials: credentials.into(),
        ..ticket
    };
    Some(match stage {
        Stage::Placed(ticket) => Stage::Placed(renewed(ticket)),
        Stage::Sending(ticket, open) => Stage::Sending(renewed(ticket), open),
        Stage::Stored(place, Some(ticket), stored) => {
            Stage::Stored(place, Some(renewed(ticket)), stored)
        }
        Stage::New | Stage::Stored(..) | Stage::Published(..) => return None,
    })
}
