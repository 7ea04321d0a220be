//! The command as a process, against the sandbox over real sockets; and the signer against the sandbox's verifier.

mod cross_check;
mod vectors;
