//! One run of the command: files, credentials that expire, connections that are cut, and a budget that ends.

use std::time::Duration;

use super::world::{Renewal, World};
use crate::policy::{
    cap::Cap,
    history::History,
    plan::{PartRange, Plan, StreamRate},
    streams::Streams,
    way::{self, Way},
};

/// How many files are uploaded at a time.
const JOBS: usize = 4;

/// How often a connection may fail under one part or one PUT before smaller requests are tried.
const CUTS_MAX: u32 = 2;

/// What the journal of a file holds.
#[derive(Debug, Clone)]
pub(super) struct File {
    len_bytes: u64,
    pub(super) history: History,
    state: State,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    New,
    Placed {
        expires_at: f64,
    },
    Sending {
        expires_at: f64,
        done: Vec<PartRange>,
    },
    Stored,
}

/// A request with a body on its way.
#[derive(Debug, Clone)]
struct Request {
    file: usize,
    range: PartRange,
    is_put: bool,
    rate: StreamRate,
    begun: f64,
    left: f64,
    /// How many bytes its connection has carried.
    carried: f64,
    cuts: u32,
}

/// Why a file cannot go on.
pub(super) struct Final;

fn way_of(file: &File, cap: Cap, bytes_per_second: Option<f64>, time_left: Duration) -> Way {
    way::choose(way::Known {
        len_bytes: file.len_bytes,
        part_bytes: None,
        put_max_bytes: oss_client::PUT_MAX_BYTES,
        moves: file.history.moves,
        unfinished_puts: file.history.puts,
        parts_denied: file.history.parts_denied,
        put_fits: file.len_bytes <= cap.bytes()
            && way::put_fits(file.len_bytes, bytes_per_second, Some(time_left)),
    })
}

/// One run of the command.
pub(super) struct Run<'w> {
    world: &'w World,
    files: &'w mut [File],
    begun: f64,
    pub(super) now: f64,
    streams: Streams,
    cap: Cap,
    rates: Vec<StreamRate>,
    plans: Vec<Option<Plan>>,
    requests: Vec<Request>,
    pub(super) sent_bytes: f64,
    /// Of requests that did not end.
    pub(super) wasted_bytes: f64,
    pub(super) acknowledged_bytes: f64,
}

impl File {
    pub(super) fn new(len_bytes: u64) -> Self {
        Self {
            len_bytes,
            history: History::default(),
            state: State::New,
        }
    }
}

impl<'w> Run<'w> {
    pub(super) fn new(world: &'w World, files: &'w mut [File], now: f64) -> Self {
        let mut streams = Streams::new(None).carefully();
        streams.note_round_trip(Duration::from_secs_f64(world.round_trip));
        Self {
            world,
            plans: vec![None; files.len()],
            files,
            begun: now,
            now,
            streams,
            rates: Vec::new(),
            cap: Cap::default(),
            requests: Vec::new(),
            sent_bytes: 0.0,
            wasted_bytes: 0.0,
            acknowledged_bytes: 0.0,
        }
    }

    fn end(&self) -> f64 {
        self.begun + self.world.budget
    }

    /// Runs until the budget ends. Returns whether all files are stored.
    pub(super) fn run(&mut self) -> Result<bool, Final> {
        for file in self
            .files
            .iter_mut()
            .filter(|file| file.state != State::Stored)
        {
            file.history.run_began();
        }
        // Connecting and the first call.
        self.now += 5.0 * self.world.round_trip;
        loop {
            self.start_requests()?;
            if self.files.iter().all(|file| file.state == State::Stored) {
                return Ok(true);
            }
            if self.now >= self.end() || !self.step()? {
                return Ok(false);
            }
        }
    }

    /// Starts as many requests as there are free connections.
    fn start_requests(&mut self) -> Result<(), Final> {
        while self.requests.len() < self.streams.count() {
            let unfinished =
                (0..self.files.len()).filter(|index| self.files[*index].state != State::Stored);
            let next = unfinished.take(JOBS).collect::<Vec<_>>();
            let mut started = false;
            for index in next {
                if self.start(index)? {
                    started = true;
                    break;
                }
            }
            if !started {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Starts the next request of a file, if it has one.
    fn start(&mut self, index: usize) -> Result<bool, Final> {
        if self
            .requests
            .iter()
            .any(|request| request.file == index && request.is_put)
        {
            return Ok(false);
        }
        self.renew(index)?;
        let seconds = self.now - self.begun;
        let rate = (self.acknowledged_bytes > 0.0).then_some(self.acknowledged_bytes / seconds);
        let time_left = Duration::from_secs_f64((self.end() - self.now).max(0.0));
        let file = &mut self.files[index];
        let way = match file.state {
            State::Sending { .. } => Way::Parts,
            _ => way_of(file, self.cap, rate, time_left),
        };
        if way == Way::OnePut {
            file.history.put().map_err(|_| Final)?;
            let whole = PartRange {
                number: 1,
                offset: 0,
                len_bytes: file.len_bytes,
            };
            self.push(index, whole, true, StreamRate::default());
            return Ok(true);
        }
        if let State::Placed { expires_at } = file.state {
            file.state = State::Sending {
                expires_at,
                done: Vec::new(),
            };
        }
        let State::Sending { done, .. } = &file.state else {
            return Ok(false);
        };
        let plan = self.plans[index].get_or_insert_with(|| Plan::new(file.len_bytes, done, None));
        if !plan.has_next() {
            return Ok(false);
        }
        let rate = self.rates.pop().unwrap_or_default();
        let round_trip = Duration::from_secs_f64(self.world.round_trip);
        let streams = self.streams.count();
        plan.cap(self.cap.bytes());
        let Some(range) = plan.next(rate, streams, round_trip, Some(time_left)) else {
            return Ok(false);
        };
        self.push(index, range, false, rate);
        Ok(true)
    }

    fn push(&mut self, file: usize, range: PartRange, is_put: bool, rate: StreamRate) {
        self.requests.push(Request {
            file,
            range,
            is_put,
            rate,
            begun: self.now,
            left: range.len_bytes as f64,
            carried: 0.0,
            cuts: 0,
        });
    }

    /// Gets credentials for a file where it has none, or where OSS refuses them at the start of a request.
    fn renew(&mut self, index: usize) -> Result<(), Final> {
        let fresh = self.now + self.world.lifetime;
        let file = &mut self.files[index];
        match &mut file.state {
            State::New => file.state = State::Placed { expires_at: fresh },
            State::Placed { expires_at } if *expires_at <= self.now => *expires_at = fresh,
            State::Sending { expires_at, .. } if *expires_at <= self.now => {
                if self.world.renewal == Renewal::NewKey {
                    file.history.moved().map_err(|_| Final)?;
                    file.state = State::Placed { expires_at: fresh };
                    self.plans[index] = None;
                    let lost = self
                        .requests
                        .extract_if(.., |request| request.file == index);
                    self.wasted_bytes += lost
                        .map(|request| request.range.len_bytes as f64)
                        .sum::<f64>();
                } else {
                    *expires_at = fresh;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Moves on to the next moment at which something happens. Returns whether there is one before the budget ends.
    fn step(&mut self) -> Result<bool, Final> {
        if self.requests.is_empty() {
            return Ok(false);
        }
        let share = self.world.rate / self.requests.len() as f64;
        let cut_after = self
            .world
            .cut_after
            .map_or(f64::INFINITY, |bytes| bytes as f64);
        let until = self
            .requests
            .iter()
            .map(|request| request.left.min(cut_after - request.carried) / share)
            .fold(f64::INFINITY, f64::min)
            .max(1e-9);
        let time = until.min(self.end() - self.now).max(0.0);
        for request in &mut self.requests {
            request.left -= share * time;
            request.carried += share * time;
        }
        self.sent_bytes += share * time * self.requests.len() as f64;
        self.now += time;
        if self.now >= self.end() {
            let in_flight = self
                .requests
                .iter()
                .map(|request| request.range.len_bytes as f64);
            self.wasted_bytes += in_flight.sum::<f64>();
            return Ok(false);
        }
        let (ended, running) = std::mem::take(&mut self.requests)
            .into_iter()
            .partition(|request| request.left < 0.5 || request.carried >= cut_after - 0.5);
        self.requests = running;
        let ended: Vec<Request> = ended;
        for request in ended {
            if request.left < 0.5 {
                self.finish(request);
            } else {
                self.cut(request)?;
            }
        }
        Ok(true)
    }

    fn finish(&mut self, request: Request) {
        let elapsed = self.now - request.begun + self.world.round_trip;
        let len_bytes = request.range.len_bytes;
        let since_start = Duration::from_secs_f64(self.now - self.begun);
        let left = Duration::from_secs_f64((self.end() - self.now).max(0.0));
        self.streams
            .acknowledged(len_bytes, since_start, Some(left));
        self.rates
            .push(StreamRate::of(len_bytes, Duration::from_secs_f64(elapsed)));
        self.acknowledged_bytes += len_bytes as f64;
        let file = &mut self.files[request.file];
        file.history.progressed();
        self.cap.acknowledged(len_bytes);
        match &mut file.state {
            State::Sending { done, .. } if !request.is_put => {
                done.push(request.range);
                if done.iter().map(|part| part.len_bytes).sum::<u64>() == file.len_bytes {
                    file.state = State::Stored;
                }
            }
            state => *state = State::Stored,
        }
    }

    fn cut(&mut self, mut request: Request) -> Result<(), Final> {
        let sent = request.range.len_bytes as f64 - request.left;
        self.wasted_bytes += sent;
        request.cuts += 1;
        if request.cuts >= CUTS_MAX {
            self.cap.cut(request.range.len_bytes);
        } else {
            request.left = request.range.len_bytes as f64;
            request.carried = 0.0;
            self.requests.push(request);
            return Ok(());
        }
        if let Some(plan) = &mut self.plans[request.file]
            && !request.is_put
        {
            plan.give_back(request.range);
            self.rates.push(request.rate);
        }
        Ok(())
    }
}
