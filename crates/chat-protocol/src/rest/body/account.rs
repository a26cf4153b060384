//! Bodies of requests below `auth`.

use std::fmt;

use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// The body of `POST auth/register`. The rules for names are the domain's.
#[derive(Clone, PartialEq, Eq)]
pub struct Register {
    /// The username.
    pub username: String,
    /// 8 to 128 characters.
    pub password: String,
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture; empty for none.
    pub avatar: String,
}

/// The body of `PATCH auth/me`. A field that is missing stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateMe {
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture; empty for none.
    pub avatar: Option<String>,
}

/// The body of `POST auth/password`.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The present password.
    pub old: String,
    /// The new password, of 8 to 128 characters.
    pub new: String,
}

/// The body of `DELETE auth/me`.
#[derive(Clone, PartialEq, Eq)]
pub struct EraseMe {
    /// The password, so that nobody else who finds a device can erase its user.
    pub password: String,
}

/// The body of `POST auth/login`.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The username.
    pub username: String,
    /// The password, as it was typed.
    pub password: String,
}

/// The body of `POST auth/refresh`.
#[derive(Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: String,
}

/// The body of `POST auth/logout`.
#[derive(Clone, PartialEq, Eq)]
pub struct Logout {
    /// The refresh token whose family is to end, too.
    pub refresh_token: Option<String>,
}

impl Register {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Register, Trouble> {
        let mut fields = Fields::parse(body)?;
        let (username, password) = (fields.text("username")?, password(&mut fields, "password")?);
        let name = fields.optional_short_text("name", NAME)?;
        let avatar = fields.optional_short_text("avatar", AVATAR)?.unwrap_or_default();
        Ok(Register { username, password, name, avatar })
    }
}

impl NewPassword {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<NewPassword, Trouble> {
        let mut fields = Fields::parse(body)?;
        let old = fields.text("old")?;
        Ok(NewPassword { old, new: password(&mut fields, "new")? })
    }
}

impl EraseMe {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<EraseMe, Trouble> {
        Ok(EraseMe { password: Fields::parse(body)?.text("password")? })
    }
}

impl UpdateMe {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<UpdateMe, Trouble> {
        let mut fields = Fields::parse(body)?;
        let name = fields.optional_short_text("name", NAME)?;
        Ok(UpdateMe { name, avatar: fields.optional_short_text("avatar", AVATAR)? })
    }
}

impl Login {
    /// Reads a body. A password that nobody could have set is answered like any other wrong password.
    pub fn read(body: &[u8]) -> Result<Login, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(Login { username: fields.text("username")?, password: fields.text("password")? })
    }
}

impl Refresh {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Refresh, Trouble> {
        Ok(Refresh { refresh_token: Fields::parse(body)?.text("refresh_token")? })
    }
}

impl Logout {
    /// Reads a body, which may be empty.
    pub fn read(body: &[u8]) -> Result<Logout, Trouble> {
        Ok(Logout { refresh_token: Fields::parse(body)?.optional_text("refresh_token")? })
    }
}

/// Reads a password that is to be set.
fn password(fields: &mut Fields, name: &str) -> Result<String, Trouble> {
    let password = fields.text(name)?;
    match password.chars().count() {
        8..=128 => Ok(password),
        _ => Err(wrong(name, "must have 8 to 128 characters")),
    }
}

/// The longest name to show, in bytes. The domain counts characters; this is enough for 64 of the longest.
pub(super) const NAME: usize = 256;
/// The longest address of a picture, in bytes.
pub(super) const AVATAR: usize = 2048;

// Hides secrets from `{:?}`, so that they get into no log.
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
