//! Every address of the HTTP trees, once. The router and the OpenAPI document are made from this table.

use super::{Method, Tree};

/// An address, and what a request to it does.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What a request does.
    pub route: Route,
    /// The method.
    pub method: Method,
    /// The path below the tree's prefix, or from the root if it is outside of the trees. `{name}` stands for one
    /// segment.
    pub path: &'static str,
    /// The trees that have it; empty if it is outside of the trees.
    pub trees: &'static [Tree],
    /// Who may use it.
    pub access: Access,
}

/// Who may use an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, with or without credentials.
    Open,
    /// Users, with a token or a cookie.
    User,
    /// Back ends, with a key.
    Key,
}

macro_rules! routes {
    ($($trees:ident $access:ident {$(
        $(#[$doc:meta])* $route:ident = $method:ident $path:literal;
    )*})*) => {
        /// What can be done over HTTP.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Route {$($(
            $(#[$doc])* $route,
        )*)*}

        /// Every address there is.
        pub const TABLE: &[Entry] = &[$($(
            Entry {
                route: Route::$route,
                method: Method::$method,
                path: $path,
                trees: $trees,
                access: Access::$access,
            },
        )*)*];
    };
}

const EVERYWHERE: &[Tree] = &Tree::ALL;
const IN_API: &[Tree] = &[Tree::Api];
const IN_V1: &[Tree] = &[Tree::V1];
const IN_V2: &[Tree] = &[Tree::V2];
const OUTSIDE: &[Tree] = &[];

routes! {
    EVERYWHERE Open {
        /// Makes an account and logs in.
        Register = Post "/auth/register";
        /// Logs somebody in.
        Login = Post "/auth/login";
        /// Trades a refresh token for a new pair of tokens.
        Refresh = Post "/auth/refresh";
        /// Logs out: ends what the token, the cookie and the refresh token that come with it have opened.
        Logout = Post "/auth/logout";
    }
    EVERYWHERE Open {
        /// Brings bytes of a file.
        Upload = Put "/files/{file}";
        /// How many bytes of a file are there.
        Uploaded = Head "/files/{file}";
        /// Shows a file's bytes.
        File = Get "/files/{file}/{name}";
    }
    EVERYWHERE User {
        /// Who the asker is.
        Me = Get "/auth/me";
        /// Gives the asker another name or picture.
        UpdateMe = Patch "/auth/me";
        /// Gives the asker another password and ends their other log-ins.
        Password = Post "/auth/password";
        /// Erases the asker.
        EraseMe = Delete "/auth/me";
        /// Finds people by the beginning of their name.
        Users = Get "/users";
        /// The asker's chats.
        Chats = Get "/chats";
        /// Opens a direct chat or makes a group.
        OpenChat = Post "/chats";
        /// Shows one chat.
        Chat = Get "/chats/{chat}";
        /// Gives a group another title or other rules.
        ChangeChat = Patch "/chats/{chat}";
        /// Ends a group.
        EndGroup = Delete "/chats/{chat}";
        /// Takes a direct chat off the asker's list until the next message.
        Hide = Put "/chats/{chat}/hidden";
        /// Who is in a chat.
        Members = Get "/chats/{chat}/members";
        /// Brings somebody into a group.
        AddMember = Post "/chats/{chat}/members";
        /// Takes somebody out of a group, or leaves it.
        RemoveMember = Delete "/chats/{chat}/members/{user}";
        /// Gives a member of a group a rank.
        Appoint = Patch "/chats/{chat}/members/{user}";
        /// Takes a member's voice.
        Mute = Put "/chats/{chat}/mutes/{user}";
        /// Gives it back.
        Unmute = Delete "/chats/{chat}/mutes/{user}";
        /// Shuts somebody out of a group.
        Ban = Put "/chats/{chat}/bans/{user}";
        /// Allows them to come back.
        Unban = Delete "/chats/{chat}/bans/{user}";
        /// Who is shut out of a group.
        Bans = Get "/chats/{chat}/bans";
        /// What was done to a group by those who lead it.
        Audit = Get "/chats/{chat}/audit";
        /// Wants to have nothing to do with somebody.
        Block = Put "/users/{user}/block";
        /// Takes that back.
        Unblock = Delete "/users/{user}/block";
        /// Whom the asker blocks.
        Blocks = Get "/blocks";
        /// A page of messages, oldest first.
        Messages = Get "/chats/{chat}/messages";
        /// Sends a message.
        Send = Post "/chats/{chat}/messages";
        /// Shows one message.
        Message = Get "/chats/{chat}/messages/{message}";
        /// Gives a message other words.
        Edit = Patch "/chats/{chat}/messages/{message}";
        /// Erases a message.
        Delete = Delete "/chats/{chat}/messages/{message}";
        /// Likes a message.
        Like = Put "/chats/{chat}/messages/{message}/like";
        /// Takes a like back.
        Unlike = Delete "/chats/{chat}/messages/{message}/like";
        /// Who likes a message.
        Likers = Get "/chats/{chat}/messages/{message}/likes";
        /// Reacts to a message.
        React = Put "/chats/{chat}/messages/{message}/reactions/{emoji}";
        /// Takes a reaction back.
        Unreact = Delete "/chats/{chat}/messages/{message}/reactions/{emoji}";
        /// Who reacts to a message.
        Reactors = Get "/chats/{chat}/messages/{message}/reactions";
        /// Pins a message.
        Pin = Put "/chats/{chat}/messages/{message}/pin";
        /// Takes a message from the pins.
        Unpin = Delete "/chats/{chat}/messages/{message}/pin";
        /// The messages that are pinned, the newest pin first.
        Pins = Get "/chats/{chat}/pins";
        /// A page of the thread that a message belongs to, oldest first.
        Thread = Get "/chats/{chat}/messages/{message}/replies";
        /// Finds messages by their words, the newest first.
        Find = Get "/search";
        /// Says that a message is bad.
        Report = Post "/chats/{chat}/messages/{message}/reports";
        /// Who has read a message.
        Readers = Get "/chats/{chat}/messages/{message}/readers";
        /// Marks messages as read.
        Read = Post "/chats/{chat}/read";
        /// Says whether the asker is typing.
        Typing = Post "/chats/{chat}/typing";
        /// Announces a file.
        Announce = Post "/files";
        /// Says that all bytes of a file are there.
        FileDone = Post "/files/{file}/done";
        /// The public key under which browsers subscribe to pushes.
        PushKey = Get "/push/key";
        /// Has a browser pushed what its user misses.
        AddDevice = Put "/push/subscriptions";
        /// Ends that.
        RemoveDevice = Delete "/push/subscriptions";
        /// Which messages of a chat the asker is pushed.
        Level = Get "/chats/{chat}/notify";
        /// Says which messages of a chat the asker is pushed.
        SetLevel = Put "/chats/{chat}/notify";
    }
    IN_API User {
        /// Messages after one that is known, held until there are some.
        Poll = Get "/chats/{chat}/poll";
    }
    IN_V1 User {
        /// Looks for a stranger to talk to.
        Search = Post "/chatroulette/search";
        /// Stops looking for a stranger.
        StopSearch = Delete "/chatroulette/search";
        /// Leaves the stranger and looks for the next one.
        Next = Post "/chatroulette/next";
        /// Leaves the stranger.
        Leave = Post "/chatroulette/leave";
    }
    IN_V2 User {
        /// The asker's notifications, newest first.
        Notifications = Get "/notifications";
        /// Marks a notification as read.
        ReadNotification = Post "/notifications/{notification}/read";
        /// Marks all notifications as read.
        ReadAllNotifications = Post "/notifications/read_all";
    }
    IN_V2 Key {
        /// Tells a user something.
        Notify = Post "/server/notifications";
        /// Tells followers that a post was liked.
        PostLiked = Post "/server/posts/{post}/liked";
        /// Tells an author that a post was commented.
        PostCommented = Post "/server/posts/{post}/commented";
        /// Makes a chat in a user's name.
        ServerChat = Post "/server/chats";
        /// Says for how long a chat's messages are kept.
        KeepMessages = Patch "/server/chats/{chat}";
        /// Sends a message in a user's name.
        ServerSend = Post "/server/chats/{chat}/messages";
        /// Everything that happens, in order, to be pulled.
        Events = Get "/server/events";
        /// Subscribes an address to what happens.
        Subscribe = Post "/server/webhooks";
        /// The addresses that are subscribed.
        Webhooks = Get "/server/webhooks";
        /// One of them.
        Webhook = Get "/server/webhooks/{webhook}";
        /// Ends a subscription.
        Unsubscribe = Delete "/server/webhooks/{webhook}";
        /// Gives a subscription another secret.
        Rotate = Post "/server/webhooks/{webhook}/rotate";
        /// What people find bad, the newest first.
        Reports = Get "/server/reports";
        /// Notes that a report is dealt with.
        ResolveReport = Post "/server/reports/{report}/resolve";
        /// Makes an access token for somebody whom a back end has logged in.
        IssueToken = Post "/server/tokens";
        /// Makes a user known before the first visit.
        Introduce = Put "/server/users/{subject}";
        /// Who somebody is, also after they were erased.
        ShowUser = Get "/server/users/{subject}";
        /// Erases somebody.
        EraseUser = Delete "/server/users/{subject}";
        /// All that is a user's, a line each.
        ExportUser = Get "/server/users/{user}/export";
        /// Keeps a user out for a while.
        Suspend = Put "/server/users/{user}/suspension";
        /// Lets a user in again.
        Unsuspend = Delete "/server/users/{user}/suspension";
        /// Closes everything that a user has open.
        Disconnect = Post "/server/users/{user}/disconnect";
    }
    IN_API Open {
        /// Shows this description of HTTP.
        OpenApi = Get "/openapi.json";
        /// The document of the sockets.
        AsyncApi = Get "/asyncapi.json";
    }
    OUTSIDE Open {
        /// Whether the server is alive.
        Healthz = Get "/healthz";
        /// Whether the server can do its work.
        Readyz = Get "/readyz";
    }
}

impl Entry {
    /// The complete addresses, each with the tree in whose words it answers.
    pub fn addresses(&self) -> impl Iterator<Item = (Tree, String)> {
        let outside = self.trees.is_empty().then(|| (Tree::Api, self.path.to_owned()));
        self.trees.iter().map(|tree| (*tree, format!("{}{}", tree.prefix(), self.path))).chain(outside)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_address_is_there_twice_and_every_route_has_one() {
        let addresses = TABLE.iter().flat_map(|entry| entry.addresses().map(|(_, path)| (entry.method.name(), path)));
        let addresses: Vec<_> = addresses.collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), addresses.len());
        assert_eq!(TABLE.iter().map(|entry| entry.route).collect::<BTreeSet<_>>().len(), TABLE.len());
    }
}
