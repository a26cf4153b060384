//! The HTTP trees over a real connection.

mod accounts;
mod back_ends;
mod browsers;
mod chats;
mod crowds;
mod described;
mod matrix;
mod messages;
mod notifications;
mod operators;
mod polls;
mod pushes;
mod rates;
mod refusals;
mod strangers;
mod webhooks;
mod world;
