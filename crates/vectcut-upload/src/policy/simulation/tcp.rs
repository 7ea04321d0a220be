//! The sending side of one TCP connection, as Linux does it.

use std::collections::VecDeque;

/// Windows are counted in segments, as in Linux. Source: RFC 6928.
const INITIAL_WINDOW: f64 = 10.0;
/// Source: RFC 9438.
const CUBIC_BETA: f64 = 0.7;
const CUBIC_C: f64 = 0.4;
/// HyStart acts above this window only, in segments.
const HYSTART_LOW_WINDOW: f64 = 16.0;
/// Acknowledgements closer than this belong to one train, in seconds.
const HYSTART_TRAIN_GAP: f64 = 0.002;
/// Eight acknowledgements, each of two segments.
const HYSTART_SAMPLES: u32 = 16;
const RTO_MIN: f64 = 0.2;
const RTO_MAX: f64 = 120.0;
/// What a send buffer holds at first and at most, in bytes of payload.
const SEND_BUFFER_MIN: f64 = 46_000.0;
const SEND_BUFFER_MAX: f64 = 2_700_000.0;

/// A segment, or a group of them, on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    pub(super) bytes: f64,
    index: u64,
    sent_at: f64,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) shaper_free_at: f64,
    /// What the program will send on it, once it is made.
    pub(super) planned_bytes: u64,
    /// Bytes in one event.
    segment_bytes: f64,
    /// In bytes.
    window: f64,
    threshold: f64,
    /// Sent and neither acknowledged nor known to be lost, in the order of sending.
    in_flight: VecDeque<Segment>,
    in_flight_bytes: f64,
    next_index: u64,
    /// Lost bytes that must be sent again.
    lost_bytes: f64,
    /// Of the current request: not yet sent for the first time; not yet acknowledged.
    unsent: f64,
    unacknowledged: f64,
    /// Losses among segments before this index belong to the same event.
    recovery_until: u64,
    in_recovery: bool,
    window_max: f64,
    epoch: Option<(f64, f64, f64)>,
    friendly: f64,
    rtt_smooth: f64,
    rtt_var: f64,
    rtt_min: f64,
    round_end: u64,
    round_start: f64,
    round_rtt: f64,
    round_samples: u32,
    last_train: f64,
    max_in_flight: f64,
    last_sent_at: f64,
    /// Changes with every acknowledgement and sending; a timer with an old stamp is void.
    stamp: u64,
    timer_due: bool,
    probes: u32,
}

impl Connection {
    pub(super) fn new(segment_bytes: f64, round_trip: f64) -> Self {
        Self {
            shaper_free_at: 0.0,
            planned_bytes: 0,
            segment_bytes,
            window: INITIAL_WINDOW * super::network::SEGMENT_BYTES,
            threshold: f64::INFINITY,
            in_flight: VecDeque::new(),
            in_flight_bytes: 0.0,
            next_index: 0,
            lost_bytes: 0.0,
            unsent: 0.0,
            unacknowledged: 0.0,
            recovery_until: 0,
            in_recovery: false,
            window_max: 0.0,
            epoch: None,
            friendly: 0.0,
            rtt_smooth: round_trip,
            rtt_var: round_trip / 2.0,
            rtt_min: round_trip,
            round_end: 0,
            round_start: 0.0,
            round_rtt: f64::INFINITY,
            round_samples: 0,
            last_train: 0.0,
            max_in_flight: 0.0,
            last_sent_at: 0.0,
            stamp: 0,
            timer_due: false,
            probes: 0,
        }
    }

    /// The size of a segment of the wire, the unit in which windows grow.
    fn unit(&self) -> f64 {
        super::network::SEGMENT_BYTES
    }

    pub(super) fn begin_request(&mut self, bytes: f64, now: f64) {
        let idle = now - self.last_sent_at;
        let rto = self.rto();
        if self.in_flight.is_empty() && self.last_sent_at > 0.0 && idle > rto {
            // Slow start after idle: half for each time-out, but not below the initial window.
            let restart = (INITIAL_WINDOW * self.unit()).min(self.window);
            self.threshold = self.threshold.max(0.75 * self.window);
            let halvings = (idle / rto).floor().min(40.0);
            self.window = (self.window / 2_f64.powf(halvings)).max(restart);
            self.epoch = None;
        }
        self.max_in_flight = 0.0;
        self.unsent += bytes;
        self.unacknowledged += bytes;
        self.round_end = self.next_index;
    }

    /// Forgets what the system has not accepted.
    pub(super) fn abort(&mut self) {
        let buffer = (2.0 * self.window).clamp(SEND_BUFFER_MIN, SEND_BUFFER_MAX);
        let refused = (self.unacknowledged - buffer).max(0.0).min(self.unsent);
        self.unsent -= refused;
        self.unacknowledged -= refused;
    }

    /// Returns the next segment that the window allows.
    pub(super) fn next_segment(&mut self, now: f64) -> Option<Segment> {
        let room = self.window.min(SEND_BUFFER_MAX) - self.in_flight_bytes;
        let again = self.lost_bytes > 0.0;
        let waiting = if again { self.lost_bytes } else { self.unsent };
        // As Linux: a whole segment must fit, or nothing is on its way.
        let bytes = waiting.min(self.segment_bytes);
        if bytes <= 0.0 || (room < bytes.min(self.unit()) && !self.in_flight.is_empty()) {
            return None;
        }
        if again {
            self.lost_bytes -= bytes;
        } else {
            self.unsent -= bytes;
        }
        Some(self.launch(bytes, now))
    }

    fn launch(&mut self, bytes: f64, now: f64) -> Segment {
        let segment = Segment {
            bytes,
            index: self.next_index,
            sent_at: now,
        };
        self.next_index += 1;
        self.in_flight.push_back(segment);
        self.in_flight_bytes += bytes;
        self.max_in_flight = self.max_in_flight.max(self.in_flight_bytes);
        self.last_sent_at = now;
        self.stamp += 1;
        self.timer_due = true;
        segment
    }

    /// Takes note of an acknowledgement; returns whether the request has arrived whole.
    pub(super) fn acknowledged(&mut self, segment: Segment, now: f64) -> bool {
        let mut lost = false;
        let mut found = false;
        while let Some(first) = self.in_flight.front().copied() {
            if first.index > segment.index {
                break;
            }
            self.in_flight.pop_front();
            self.in_flight_bytes -= first.bytes;
            if first.index == segment.index {
                found = true;
                break;
            }
            self.lost_bytes += first.bytes;
            if first.index >= self.recovery_until {
                lost = true;
            }
        }
        if !found {
            // It was taken for lost, and is sent again; what is there twice counts once.
            return false;
        }
        self.stamp += 1;
        self.timer_due = true;
        self.probes = 0;
        self.measure(now - segment.sent_at);
        self.unacknowledged -= segment.bytes;
        if self.in_recovery && segment.index >= self.recovery_until {
            self.in_recovery = false;
        }
        if lost {
            self.reduce();
        } else if !self.in_recovery {
            self.grow(segment, now);
        }
        self.unacknowledged < 0.5 && self.unsent <= 0.0 && {
            // A copy of a segment that had arrived may be on its way still.
            self.unacknowledged = 0.0;
            true
        }
    }

    fn measure(&mut self, rtt: f64) {
        self.rtt_var += (f64::abs(rtt - self.rtt_smooth) - self.rtt_var) / 4.0;
        self.rtt_smooth += (rtt - self.rtt_smooth) / 8.0;
        self.rtt_min = self.rtt_min.min(rtt);
        self.round_rtt = self.round_rtt.min(rtt);
    }

    /// The window after a loss.
    fn reduce(&mut self) {
        self.window_max = if self.window < self.window_max {
            self.window * (1.0 + CUBIC_BETA) / 2.0
        } else {
            self.window
        };
        self.window = (self.window * CUBIC_BETA).max(2.0 * self.unit());
        self.threshold = self.window;
        self.epoch = None;
        self.in_recovery = true;
        self.recovery_until = self.next_index;
    }

    fn grow(&mut self, segment: Segment, now: f64) {
        if segment.index >= self.round_end {
            self.round_end = self.next_index;
            self.round_start = now;
            self.last_train = now;
            self.round_rtt = now - segment.sent_at;
            self.round_samples = 0;
            self.max_in_flight = self.in_flight_bytes + segment.bytes;
        }
        if self.window < self.threshold {
            if self.window < 2.0 * self.max_in_flight {
                self.window += segment.bytes;
            }
            self.hystart(now);
        } else if self.in_flight_bytes + segment.bytes + self.unit() >= self.window {
            self.cubic(segment.bytes, now);
        }
    }

    /// Leaves slow start before the queue overflows.
    fn hystart(&mut self, now: f64) {
        if self.window < HYSTART_LOW_WINDOW * self.unit() {
            return;
        }
        let mut found = false;
        if now - self.last_train <= HYSTART_TRAIN_GAP {
            self.last_train = now;
            found = now - self.round_start > self.rtt_min / 2.0;
        }
        self.round_samples += 1;
        let margin = (self.rtt_min / 8.0).clamp(0.004, 0.016);
        found |= self.round_samples > HYSTART_SAMPLES && self.round_rtt > self.rtt_min + margin;
        if found {
            self.threshold = self.window;
        }
    }

    fn cubic(&mut self, acknowledged: f64, now: f64) {
        let unit = self.unit();
        let window = self.window / unit;
        let (begun, k, origin) = *self.epoch.get_or_insert_with(|| {
            let top = self.window_max / unit;
            self.friendly = window;
            if top <= window {
                (now, 0.0, window)
            } else {
                (now, ((top - window) / CUBIC_C).cbrt(), top)
            }
        });
        let target = origin + CUBIC_C * (now - begun + self.rtt_min - k).powi(3);
        let acknowledged = acknowledged / unit;
        self.friendly += acknowledged / window * 3.0 * (1.0 - CUBIC_BETA) / (1.0 + CUBIC_BETA);
        let target = target.max(self.friendly);
        // At most half a segment for each one acknowledged.
        let step = if target > window {
            ((target - window) / window).min(0.5)
        } else {
            0.01 / window
        };
        self.window += step * acknowledged * unit;
    }

    fn rto(&self) -> f64 {
        self.rtt_smooth + (4.0 * self.rtt_var).max(RTO_MIN)
    }

    pub(super) fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Returns when the timer of the last segment ends, once for each change.
    pub(super) fn take_tail_timer(&mut self, now: f64) -> Option<f64> {
        let due = std::mem::take(&mut self.timer_due) && !self.in_flight.is_empty();
        due.then(|| {
            let probe = 2.0 * self.rtt_smooth + 0.002;
            now + match self.probes {
                0 => probe.min(self.rto()),
                count => (self.rto() * 2_f64.powi(count as i32 - 1)).min(RTO_MAX),
            }
        })
    }

    /// Nothing was acknowledged for long: first a probe, then a time-out. Returns whether it was due.
    pub(super) fn tail_timer(&mut self, stamp: u64) -> bool {
        if stamp != self.stamp || self.in_flight.is_empty() {
            return false;
        }
        self.probes += 1;
        if self.probes > 1 {
            self.window_max = self.window;
            self.threshold = (self.window * CUBIC_BETA).max(2.0 * self.unit());
            self.window = self.unit();
            self.epoch = None;
            self.recovery_until = self.next_index;
            self.in_recovery = false;
            self.lost_bytes += self.in_flight_bytes;
            self.in_flight.clear();
            self.in_flight_bytes = 0.0;
        } else if let Some(last) = self.in_flight.pop_back() {
            // The probe repeats the last segment; its acknowledgement tells which of the others were lost.
            self.in_flight_bytes -= last.bytes;
            self.lost_bytes += last.bytes;
            // Room for one segment whatever the window is.
            self.window = self.window.max(self.in_flight_bytes + last.bytes);
        }
        self.stamp += 1;
        self.timer_due = true;
        true
    }
}
