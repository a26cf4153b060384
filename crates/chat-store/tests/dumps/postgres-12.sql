SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.changes (
    room bigint NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    actor bigint NOT NULL,
    kind text NOT NULL,
    message bigint,
    person bigint,
    heir bigint,
    title text
);
CREATE TABLE public.directs (
    low bigint NOT NULL,
    high bigint NOT NULL,
    room bigint NOT NULL
);
CREATE TABLE public.facts (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE public.families (
    id bigint NOT NULL,
    person bigint NOT NULL,
    expires bigint NOT NULL,
    revoked boolean NOT NULL
);
CREATE SEQUENCE public.families_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.fed (
    room bigint NOT NULL,
    seq bigint NOT NULL
);
CREATE TABLE public.feed (
    no bigint NOT NULL,
    room bigint NOT NULL,
    from_seq bigint NOT NULL,
    to_seq bigint NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.followers (
    name text NOT NULL,
    no bigint NOT NULL
);
CREATE TABLE public.hidden (
    person bigint NOT NULL,
    room bigint NOT NULL,
    sent bigint NOT NULL
);
CREATE TABLE public.leases (
    name text NOT NULL,
    holder bigint NOT NULL,
    until bigint NOT NULL,
    last bigint NOT NULL
);
CREATE TABLE public.lobby (
    person bigint NOT NULL,
    waiting bigint,
    room bigint,
    partner bigint,
    lease bigint NOT NULL
);
CREATE TABLE public.made (
    person bigint NOT NULL,
    client_id text NOT NULL,
    digest text NOT NULL,
    room bigint NOT NULL
);
CREATE TABLE public.members (
    room bigint NOT NULL,
    person bigint NOT NULL,
    active boolean NOT NULL,
    joined bigint NOT NULL,
    sent bigint NOT NULL,
    read_message bigint,
    read_number bigint NOT NULL,
    read_own bigint NOT NULL,
    read_at bigint NOT NULL,
    read_moved bigint NOT NULL,
    delivered_message bigint,
    delivered_number bigint NOT NULL,
    delivered_own bigint NOT NULL,
    delivered_at bigint NOT NULL,
    delivered_moved bigint NOT NULL
);
CREATE TABLE public.mentions (
    room bigint NOT NULL,
    person bigint NOT NULL,
    number bigint NOT NULL,
    message bigint NOT NULL,
    sender bigint NOT NULL
);
CREATE TABLE public.messages (
    room bigint NOT NULL,
    id bigint NOT NULL,
    seq bigint NOT NULL,
    number bigint NOT NULL,
    sender bigint NOT NULL,
    own_number bigint NOT NULL,
    kind text NOT NULL,
    content text NOT NULL,
    metadata text NOT NULL,
    created_at bigint NOT NULL,
    edited_at bigint,
    edited_seq bigint,
    deleted_at bigint,
    deleted_seq bigint,
    reactions text DEFAULT ''::text NOT NULL,
    reply_to bigint,
    thread bigint,
    replies bigint DEFAULT 0 NOT NULL,
    mentions text,
    pinned bigint
);
CREATE SEQUENCE public.messages_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.nodes (
    node bigint NOT NULL,
    who text NOT NULL,
    seen timestamp with time zone NOT NULL,
    backend bigint,
    since bigint,
    alone boolean DEFAULT true NOT NULL,
    process text,
    secrets text
);
CREATE TABLE public.notifications (
    person bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    data text NOT NULL,
    created_at bigint NOT NULL,
    read_at bigint,
    client_id text,
    room bigint,
    message bigint
);
CREATE SEQUENCE public.notifications_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.owed (
    room bigint NOT NULL,
    message bigint NOT NULL,
    person bigint NOT NULL,
    after bigint NOT NULL
);
CREATE TABLE public.reactions (
    room bigint NOT NULL,
    message bigint NOT NULL,
    person bigint NOT NULL,
    emoji text NOT NULL COLLATE pg_catalog."C",
    stands boolean NOT NULL,
    at bigint NOT NULL,
    seq bigint NOT NULL
);
CREATE TABLE public.receipts (
    room bigint NOT NULL,
    person bigint NOT NULL,
    number bigint NOT NULL,
    upto bigint NOT NULL,
    at bigint NOT NULL,
    moves bigint NOT NULL
);
CREATE TABLE public.refresh_tokens (
    digest text NOT NULL,
    family bigint NOT NULL,
    expires bigint NOT NULL,
    used boolean NOT NULL
);
CREATE TABLE public.rooms (
    id bigint NOT NULL,
    kind text NOT NULL,
    title text,
    owner bigint,
    created_at bigint NOT NULL,
    seq bigint NOT NULL,
    moves bigint NOT NULL,
    members_seq bigint NOT NULL,
    members bigint NOT NULL,
    last_at bigint NOT NULL,
    last_message bigint,
    sent bigint NOT NULL,
    closed boolean NOT NULL,
    pruned bigint DEFAULT 0 NOT NULL,
    pruned_moves bigint DEFAULT 0 NOT NULL,
    pins bigint DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.rooms_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.sent (
    room bigint NOT NULL,
    person bigint NOT NULL,
    client_id text NOT NULL,
    digest text NOT NULL,
    message bigint NOT NULL
);
CREATE TABLE public.sessions (
    digest text NOT NULL,
    person bigint NOT NULL,
    expires bigint NOT NULL
);
CREATE TABLE public.users (
    id bigint NOT NULL,
    uuid text,
    issuer text,
    subject text,
    username text NOT NULL,
    folded text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    shown text NOT NULL COLLATE pg_catalog."C",
    avatar text NOT NULL,
    password text,
    last_seen bigint,
    generation bigint DEFAULT 0 NOT NULL,
    tokens_since bigint DEFAULT 0 NOT NULL,
    erased_at bigint,
    visit bigint
);
CREATE SEQUENCE public.users_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE SEQUENCE public.visitors_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.words (
    at bigint NOT NULL,
    message bigint NOT NULL,
    room bigint NOT NULL,
    marks tsvector NOT NULL
);
INSERT INTO public.changes VALUES (1, 1, 1795744872345370, 1, 'created', NULL, NULL, NULL, 'Team');
INSERT INTO public.changes VALUES (2, 1, 1795744873103278, 1, 'created', NULL, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 7, 1795744873772588, 2, 'liked', 1, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 8, 1795744873847265, 3, 'reacted', 65, NULL, NULL, '🎉');
INSERT INTO public.changes VALUES (1, 9, 1795744874001094, 1, 'pinned', 65, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 10, 1795744874037562, 1, 'renamed', NULL, NULL, NULL, 'The team');
INSERT INTO public.changes VALUES (1, 11, 1795744874138112, 1, 'deleted', 66, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 12, 1795744874180597, 1, 'removed', NULL, 3, NULL, NULL);
INSERT INTO public.directs VALUES (1, 2, 2);
INSERT INTO public.facts VALUES ('version', 12);
INSERT INTO public.facts VALUES ('folding', 1);
INSERT INTO public.facts VALUES ('epoch', 1928166365688700701);
INSERT INTO public.facts VALUES ('place', 830115723321336892);
INSERT INTO public.facts VALUES ('issuer ', 1);
INSERT INTO public.facts VALUES ('receipts_pruned', 1793152865978418);
INSERT INTO public.families VALUES (1, 1, 1798336871099697, false);
INSERT INTO public.families VALUES (2, 2, 1798336871744584, false);
INSERT INTO public.families VALUES (3, 3, 1798336872005559, false);
INSERT INTO public.fed VALUES (2, 2);
INSERT INTO public.fed VALUES (1, 12);
INSERT INTO public.feed VALUES (1000001, 1, 1, 1, 1795744873170633);
INSERT INTO public.feed VALUES (1000002, 1, 2, 2, 1795744873418580);
INSERT INTO public.feed VALUES (1000003, 2, 1, 1, 1795744873418580);
INSERT INTO public.feed VALUES (1000004, 1, 3, 4, 1795744873614719);
INSERT INTO public.feed VALUES (1000005, 1, 5, 6, 1795744873797157);
INSERT INTO public.feed VALUES (1000006, 2, 2, 2, 1795744873797157);
INSERT INTO public.feed VALUES (1000007, 1, 7, 8, 1795744873901127);
INSERT INTO public.feed VALUES (1000008, 1, 9, 12, 1795744874236914);
INSERT INTO public.followers VALUES ('search life', 1928166365688700701);
INSERT INTO public.followers VALUES ('search room', -1);
INSERT INTO public.followers VALUES ('search message', 0);
INSERT INTO public.followers VALUES ('search', 1000008);
INSERT INTO public.leases VALUES ('feed', 1928166364727952697, 0, 1000009);
INSERT INTO public.made VALUES (1, 'make-1', 'b4de60cdb57af8145ce5f0ee10afa913596bf337049db3bef2c1dc44f15c684c', 1);
INSERT INTO public.members VALUES (2, 1, true, 1, 0, NULL, 0, 0, 1795744873103278, 0, NULL, 0, 0, 1795744873103278, 0);
INSERT INTO public.members VALUES (1, 1, true, 1, 1, NULL, 0, 0, 1795744872345370, 0, NULL, 0, 0, 1795744872345370, 0);
INSERT INTO public.members VALUES (1, 2, true, 1, 2, NULL, 0, 0, 1795744872345370, 0, NULL, 0, 0, 1795744872345370, 0);
INSERT INTO public.members VALUES (2, 2, true, 1, 1, NULL, 0, 0, 1795744873103278, 0, NULL, 0, 0, 1795744873103278, 0);
INSERT INTO public.members VALUES (1, 3, false, 1, 2, NULL, 0, 0, 1795744872345370, 0, NULL, 0, 0, 1795744872345370, 0);
INSERT INTO public.mentions VALUES (1, 1, 2, 65, 2);
INSERT INTO public.messages VALUES (1, 67, 5, 4, 2, 2, 'text', 'fourth', '{}', 1795744873613570, NULL, NULL, NULL, NULL, '', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.messages VALUES (1, 130, 6, 5, 3, 2, 'text', 'an answer', '{}', 1795744873637112, NULL, NULL, NULL, NULL, '', 1, 1, 0, NULL, NULL);
INSERT INTO public.messages VALUES (2, 68, 2, 1, 2, 1, 'text', 'between us', '{}', 1795744873693020, NULL, NULL, NULL, NULL, '', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.messages VALUES (1, 1, 2, 1, 1, 1, 'text', 'Привет', '{}', 1795744873300979, NULL, NULL, NULL, NULL, '❤️ 1', NULL, NULL, 1, NULL, NULL);
INSERT INTO public.messages VALUES (1, 65, 3, 2, 2, 1, 'text', 'hello @ann', '{}', 1795744873382654, NULL, NULL, NULL, NULL, '🎉 1', NULL, NULL, 0, '1', 9);
INSERT INTO public.messages VALUES (1, 66, 4, 3, 3, 1, 'text', '', '{}', 1795744873560857, NULL, NULL, 1795744874138112, 11, '', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.notifications VALUES (1, 1, 'mention', '', '', '{}', 1795744873534219, NULL, NULL, 1, 65);
INSERT INTO public.reactions VALUES (1, 1, 2, '❤️', true, 1795744873772588, 7);
INSERT INTO public.reactions VALUES (1, 65, 3, '🎉', true, 1795744873847265, 8);
INSERT INTO public.refresh_tokens VALUES ('dPFQHTCL8vjJpZN2gycIfEqra3Y-Py4mVYDA835B53U', 1, 1798336871099697, false);
INSERT INTO public.refresh_tokens VALUES ('5iSSCwU0sgdo4LcUoozeZRC_c4JJ7i-tkcQgu6706gU', 2, 1798336871744584, false);
INSERT INTO public.refresh_tokens VALUES ('WztYdms-5z_QRQvihgLnltCKu6IkJGKCxMOacrzpEc8', 3, 1798336872005559, false);
INSERT INTO public.rooms VALUES (2, 'direct', NULL, NULL, 1795744873103278, 2, 0, 1, 2, 1795744873693020, 68, 1, false, 0, 0, 0);
INSERT INTO public.rooms VALUES (1, 'group', 'The team', 1, 1795744872345370, 12, 0, 12, 2, 1795744874180597, 130, 5, false, 0, 0, 1);
INSERT INTO public.sent VALUES (1, 1, 'c0', '72576eb4021eee6c4bb404b63b6904a8f35b9c27333fd69f3f6cdb83cb9d5442', 1);
INSERT INTO public.sent VALUES (1, 2, 'c1', 'b7b29c09848f594a95ebb7fededf22792d45f2e2ea2d6389190d925d4f8d4583', 65);
INSERT INTO public.sent VALUES (1, 3, 'c2', '3e535cc20c3496162aee28420446b8940da5ea5e40eb0476e80b5411984ff5eb', 66);
INSERT INTO public.sent VALUES (1, 2, 'c3', '5093f4857bf1bbbd927ffcb8da103eabbc3c013d9f8b36811e9a076b8ef6790e', 67);
INSERT INTO public.sessions VALUES ('U1ezdLQ2p5cdwBhyCyr1OkdMcLeGAPXgFfmnwOnWd_Q', 1, 1796954471099697);
INSERT INTO public.sessions VALUES ('eoN3KGR26qbk3-X6zMyTfZ0W4HEryTtAouWtcboayrk', 2, 1796954471744584);
INSERT INTO public.sessions VALUES ('8RuK8QzdnNmmhUDneMgpxqxfcP2FsQLZ1Fcr9lpZF7U', 3, 1796954472005559);
INSERT INTO public.users VALUES (1, NULL, NULL, NULL, 'ann', 'ann', 'Ann', 'ann', '', '$argon2id$v=19$m=19456,t=2,p=1$ozJIL+MPkDw+AInKRrMrSw$ZNbaAlzPkR7xcddCJUPF5q9wthHPNtPuKRd8L2NVQpY', NULL, 0, 0, NULL, NULL);
INSERT INTO public.users VALUES (2, NULL, NULL, NULL, 'bob', 'bob', 'Bob', 'bob', '', '$argon2id$v=19$m=19456,t=2,p=1$xwwgZOG6oomXJBn/ptd4Bw$3Jq9lNCasO2//asHDlRjIbhAqv2ovQ+wpoTi8H74tQg', NULL, 0, 0, NULL, NULL);
INSERT INTO public.users VALUES (3, NULL, NULL, NULL, 'eve', 'eve', 'Eve', 'eve', '', '$argon2id$v=19$m=19456,t=2,p=1$pxi3QirZymoVd3+Raf7RWQ$WeLeHSvJjrrocCTPTsFY94KW24KXT3J2ptIXhU+TFBU', NULL, 0, 0, NULL, NULL);
INSERT INTO public.words VALUES (1795744873300979, 1, 1, '''§1'' ''¶1'' ''привет''');
INSERT INTO public.words VALUES (1795744873382654, 65, 1, '''ann'' ''hello'' ''§1'' ''¶2''');
INSERT INTO public.words VALUES (1795744873613570, 67, 1, '''fourth'' ''§1'' ''¶2''');
INSERT INTO public.words VALUES (1795744873693020, 68, 2, '''between'' ''us'' ''§2'' ''¶2''');
INSERT INTO public.words VALUES (1795744873637112, 130, 1, '''an'' ''answer'' ''§1'' ''¶3''');
SELECT pg_catalog.setval('public.families_ids', 3, true);
SELECT pg_catalog.setval('public.messages_ids', 130, true);
SELECT pg_catalog.setval('public.notifications_ids', 1, true);
SELECT pg_catalog.setval('public.rooms_ids', 2, true);
SELECT pg_catalog.setval('public.users_ids', 3, true);
SELECT pg_catalog.setval('public.visitors_ids', 1, false);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (room, seq);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_pkey PRIMARY KEY (low, high);
ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.families
    ADD CONSTRAINT families_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.fed
    ADD CONSTRAINT fed_pkey PRIMARY KEY (room);
ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (no);
ALTER TABLE ONLY public.followers
    ADD CONSTRAINT followers_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.hidden
    ADD CONSTRAINT hidden_pkey PRIMARY KEY (person, room);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.lobby
    ADD CONSTRAINT lobby_pkey PRIMARY KEY (person);
ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_pkey PRIMARY KEY (person, client_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (room, person);
ALTER TABLE ONLY public.mentions
    ADD CONSTRAINT mentions_pkey PRIMARY KEY (room, person, number);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (room, id);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (node);
ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (person, id);
ALTER TABLE ONLY public.owed
    ADD CONSTRAINT owed_pkey PRIMARY KEY (room, message, person);
ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_pkey PRIMARY KEY (room, message, person, emoji);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (room, person, number);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sent
    ADD CONSTRAINT sent_pkey PRIMARY KEY (room, person, client_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_folded_key UNIQUE (folded);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_issuer_subject_key UNIQUE (issuer, subject);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_uuid_key UNIQUE (uuid);
ALTER TABLE ONLY public.words
    ADD CONSTRAINT words_pkey PRIMARY KEY (at, message);
CREATE INDEX changes_by_age ON public.changes USING btree (at, room, seq);
CREATE INDEX families_by_expiry ON public.families USING btree (expires);
CREATE INDEX families_by_person ON public.families USING btree (person);
CREATE INDEX lobby_leases ON public.lobby USING btree (lease, person) WHERE ((waiting IS NOT NULL) OR (room IS NOT NULL));
CREATE INDEX lobby_waiting ON public.lobby USING btree (waiting, person) WHERE (waiting IS NOT NULL);
CREATE INDEX members_by_delivery ON public.members USING btree (room, delivered_number, person);
CREATE INDEX members_by_joining ON public.members USING btree (room, joined, person) WHERE active;
CREATE INDEX members_by_move ON public.members USING btree (room, read_moved, person);
CREATE INDEX members_by_person ON public.members USING btree (person, room) WHERE active;
CREATE INDEX members_by_reading ON public.members USING btree (room, read_number, person);
CREATE INDEX mentions_by_message ON public.mentions USING btree (room, message);
CREATE INDEX messages_by_sender ON public.messages USING btree (room, sender, id, own_number);
CREATE UNIQUE INDEX messages_by_seq ON public.messages USING btree (room, seq) WHERE ((number % (32)::bigint) = 0);
CREATE INDEX messages_by_thread ON public.messages USING btree (room, thread, id) WHERE ((thread IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX messages_deleted ON public.messages USING btree (room, number, sender) WHERE (deleted_at IS NOT NULL);
CREATE INDEX messages_pinned ON public.messages USING btree (room, pinned) WHERE (pinned IS NOT NULL);
CREATE UNIQUE INDEX notifications_named ON public.notifications USING btree (person, client_id) WHERE (client_id IS NOT NULL);
CREATE UNIQUE INDEX notifications_of_mentions ON public.notifications USING btree (person, room, message) WHERE (message IS NOT NULL);
CREATE INDEX notifications_unread ON public.notifications USING btree (person, id) WHERE (read_at IS NULL);
CREATE INDEX reactions_in_order ON public.reactions USING btree (room, message, seq) WHERE stands;
CREATE INDEX reactions_standing ON public.reactions USING btree (room, message, emoji, seq) WHERE stands;
CREATE INDEX receipts_by_age ON public.receipts USING btree (at, room, person, number);
CREATE INDEX refresh_tokens_by_family ON public.refresh_tokens USING btree (family);
CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires);
CREATE INDEX sessions_by_person ON public.sessions USING btree (person);
CREATE INDEX users_by_name ON public.users USING btree (shown, folded);
CREATE INDEX words_by_mark ON public.words USING gin (marks) WITH (fastupdate=off);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_high_fkey FOREIGN KEY (high) REFERENCES public.users(id);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_low_fkey FOREIGN KEY (low) REFERENCES public.users(id);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.families
    ADD CONSTRAINT families_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.hidden
    ADD CONSTRAINT hidden_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.hidden
    ADD CONSTRAINT hidden_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.lobby
    ADD CONSTRAINT lobby_partner_fkey FOREIGN KEY (partner) REFERENCES public.users(id);
ALTER TABLE ONLY public.lobby
    ADD CONSTRAINT lobby_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.lobby
    ADD CONSTRAINT lobby_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_family_fkey FOREIGN KEY (family) REFERENCES public.families(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_owner_fkey FOREIGN KEY (owner) REFERENCES public.users(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
