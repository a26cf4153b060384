//! Bodies of `auth`.

use std::fmt;

use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// `POST auth/register`. The name's own rule is the domain's.
#[derive(Clone, PartialEq, Eq)]
pub struct Register {
    /// The unique name.
    pub username: String,
    /// 8 to 128 characters.
    pub password: String,
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture, or empty.
    pub avatar: String,
}

/// `PATCH auth/me`. What is not said stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateMe {
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture, or empty.
    pub avatar: Option<String>,
}

/// What `POST auth/password` takes.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The password until now.
    pub old: String,
    /// 8 to 128 characters.
    pub new: String,
}

/// What `DELETE auth/me` takes.
#[derive(Clone, PartialEq, Eq)]
pub struct EraseMe {
    /// The password, so that nobody else's hand does it.
    pub password: String,
}

/// What `POST auth/login` takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The unique name.
    pub username: String,
    /// The password, as it was typed.
    pub password: String,
}

/// What `POST auth/refresh` takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: String,
}

/// What `POST auth/logout` takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Logout {
    /// The refresh token whose family ends too.
    pub refresh_token: Option<String>,
}

impl Register {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<Register, Trouble> {
        let mut fields = Fields::parse(body)?;
        let (username, password) = (fields.text("username")?, password(&mut fields, "password")?);
        let name = fields.optional_short_text("name", NAME)?;
        let avatar = fields.optional_short_text("avatar", AVATAR)?.unwrap_or_default();
        Ok(Register { username, password, name, avatar })
    }
}

impl NewPassword {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<NewPassword, Trouble> {
        let mut fields = Fields::parse(body)?;
        let old = fields.text("old")?;
        Ok(NewPassword { old, new: password(&mut fields, "new")? })
    }
}

impl EraseMe {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<EraseMe, Trouble> {
        Ok(EraseMe { password: Fields::parse(body)?.text("password")? })
    }
}

impl UpdateMe {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<UpdateMe, Trouble> {
        let mut fields = Fields::parse(body)?;
        let name = fields.optional_short_text("name", NAME)?;
        Ok(UpdateMe { name, avatar: fields.optional_short_text("avatar", AVATAR)? })
    }
}

impl Login {
    /// Understands a body. A password that could never have been set is as wrong as any other.
    pub fn read(body: &[u8]) -> Result<Login, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(Login { username: fields.text("username")?, password: fields.text("password")? })
    }
}

impl Refresh {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<Refresh, Trouble> {
        Ok(Refresh { refresh_token: Fields::parse(body)?.text("refresh_token")? })
    }
}

impl Logout {
    /// Understands a body, an empty one too.
    pub fn read(body: &[u8]) -> Result<Logout, Trouble> {
        Ok(Logout { refresh_token: Fields::parse(body)?.optional_text("refresh_token")? })
    }
}

/// A password that may be set.
fn password(fields: &mut Fields, name: &str) -> Result<String, Trouble> {
    let password = fields.text(name)?;
    match password.chars().count() {
        8..=128 => Ok(password),
        _ => Err(wrong(name, "must have 8 to 128 characters")),
    }
}

/// Bytes of a name to show, whose characters the domain counts: as many as 64 of the longest ones have.
pub(super) const NAME: usize = 256;
/// Bytes of a picture's address.
pub(super) const AVATAR: usize = 2048;

// Secrets do not get into a log by way of `{:?}`.
macro_rules! secretive {
    ($($body:ident)*) => {$(
        impl fmt::Debug for $body {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($body)).finish_non_exhaustive()
            }
        }
    )*};
}

secretive! { Register NewPassword EraseMe Login Refresh Logout }
