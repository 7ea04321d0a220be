//! One request on its way through the server: what it is, when it came, and what faults do to it.

use jiff::Timestamp;

use crate::faults::Interference;
use crate::journal::Entry;
use crate::site::Site;
use crate::step::Step;
use crate::verify::Wire;

/// A request that has arrived, without its body.
pub(crate) struct Exchange<'a> {
    pub(crate) site: &'a Site,
    pub(crate) step: Step,
    pub(crate) wire: &'a Wire,
    /// The part number in the query, if it is a number.
    pub(crate) part_number: Option<u16>,
    /// The server's time for this request.
    pub(crate) now: Timestamp,
    pub(crate) interference: &'a Interference,
    /// Where the journal keeps what becomes of it.
    pub(crate) entry: &'a Entry,
}
