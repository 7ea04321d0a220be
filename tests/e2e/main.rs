//! The command as a process, against the sandbox over real sockets.
