//! The sentences that people see in dialect 3, in Russian and English.

use std::borrow::Cow;

use chat_domain::{Failure, Refusal};

use crate::entrance::Lang;
use crate::json::Json;
use crate::trouble::Trouble;

/// A person's name, and the end of the sentence about them.
pub(crate) struct Sentence<'a>(pub(crate) &'a str, pub(crate) &'static str);

impl Json for Sentence<'_> {
    fn write(self, out: &mut Vec<u8>) {
        self.0.write(out);
        // The closing quotation mark is taken off and put behind the sentence's end, which needs no escaping.
        out.pop();
        out.extend_from_slice(self.1.as_bytes());
        out.push(b'"');
    }
}

/// Returns the end of the sentence about a person who came or went.
pub(crate) fn presence(lang: Lang, online: bool) -> &'static str {
    match (lang, online) {
        (Lang::Russian, true) => " в сети",
        (Lang::Russian, false) => " не в сети",
        (Lang::English, true) => " is online",
        (Lang::English, false) => " is offline",
    }
}

/// Returns the sentence about a trouble. A malformed frame is told in English: it is for the client's author, who reads
/// field names.
pub(crate) fn trouble(lang: Lang, trouble: &Trouble) -> Cow<'static, str> {
    match lang {
        Lang::Russian => russian(trouble),
        Lang::English => english(trouble),
    }
}

/// The domain's word "content" is told as "message".
fn english(trouble: &Trouble) -> Cow<'static, str> {
    match trouble {
        Trouble::Failure(Failure::Refused(Refusal::Invalid { field: "content", rule })) => match *rule {
            EMPTY => Cow::Borrowed("Message cannot be empty"),
            rule => Cow::Owned(format!("Message {rule}")),
        },
        Trouble::Failure(Failure::Refused(Refusal::TooLarge { field: "content", limit })) => {
            Cow::Owned(format!("Message is larger than {limit} bytes"))
        }
        _ => Cow::Owned(trouble.message()),
    }
}

fn russian(trouble: &Trouble) -> Cow<'static, str> {
    Cow::Borrowed(match trouble {
        Trouble::Failure(Failure::Refused(refusal)) => return refused(refusal),
        Trouble::Failure(Failure::Unavailable) => "Сервис временно недоступен, повторите попытку",
        Trouble::Malformed(problem) | Trouble::Objection(problem) => return Cow::Owned(problem.clone()),
        Trouble::Unauthorized | Trouble::Denied(_) => "Требуется авторизация",
        Trouble::WrongPassword => "Неверное имя или пароль",
        Trouble::Forbidden(_) => "Нет доступа",
        Trouble::TooFast(seconds) => {
            return Cow::Owned(format!("Слишком много запросов, повторите через {seconds} с"));
        }
        Trouble::TooManySockets => "Слишком много подключений, сначала закройте одно из них",
        Trouble::Offset(_) => "Эта часть файла уже получена",
        Trouble::BodyTooLarge => "Слишком большой запрос",
        Trouble::NoRoute => "По этому адресу ничего нет",
        Trouble::Crowded(_) => "Слишком много запросов сразу, попробуйте позже",
        Trouble::NoMethod => "Этот метод здесь не поддерживается",
    })
}

fn refused(refusal: &Refusal) -> Cow<'static, str> {
    Cow::Borrowed(match refusal {
        Refusal::UnknownRoom => "Чат не найден",
        Refusal::NotMember => "Вы не участник этого чата",
        Refusal::UnknownMessage => "Сообщение не найдено",
        Refusal::UnknownUser => "Пользователь не найден",
        Refusal::UnknownNotification => "Уведомление не найдено",
        Refusal::NotAuthor => "Это может сделать только отправитель",
        Refusal::NotOwner => "Это может сделать только владелец чата",
        Refusal::Outranked => "Для этого не хватает прав в чате",
        Refusal::Muted { .. } => "Вам запрещено писать в этот чат",
        Refusal::Banned => "Этот пользователь заблокирован в чате",
        Refusal::Blocked => "Вы не можете писать этому пользователю",
        Refusal::Frozen => "Сейчас в этот чат могут писать только владелец и модераторы",
        Refusal::TooSoon { seconds } => {
            return Cow::Owned(format!("Медленный режим, повторите через {seconds} с"));
        }
        Refusal::NotGroup => "Название и участников можно менять только в группе",
        Refusal::NotDirect => "Скрыть можно только личный чат",
        Refusal::Closed => "Чат закрыт",
        Refusal::InRoulette => "Сначала покиньте текущий чат рулетки",
        Refusal::Reused { .. } => "Этот client_id уже использован для другого сообщения",
        Refusal::TooMany { .. } => "Больше добавить нельзя: предел достигнут",
        Refusal::NameTaken => "Это имя уже занято",
        Refusal::TooLarge { limit, .. } => return Cow::Owned(format!("Сообщение больше {limit} байт")),
        Refusal::Invalid { field: "content", rule } if *rule == EMPTY => "Сообщение не может быть пустым",
        Refusal::Invalid { .. } => {
            return Cow::Owned(format!("Недопустимые данные: {}", Trouble::from(refusal.clone()).message()));
        }
    })
}

/// The domain's rule about texts without visible words, the one rule that people themselves break.
const EMPTY: &str = "must not be empty";
