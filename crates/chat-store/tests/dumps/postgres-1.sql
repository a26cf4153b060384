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
CREATE TABLE public.likes (
    room bigint NOT NULL,
    message bigint NOT NULL,
    person bigint NOT NULL,
    liked boolean NOT NULL,
    at bigint NOT NULL,
    seq bigint NOT NULL
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
    likes bigint NOT NULL
);
CREATE SEQUENCE public.messages_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
CREATE TABLE public.notifications (
    person bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    data text NOT NULL,
    created_at bigint NOT NULL,
    read_at bigint,
    client_id text
);
CREATE SEQUENCE public.notifications_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9007199254740991
    CACHE 1;
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
    pruned_moves bigint DEFAULT 0 NOT NULL
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
    last_seen bigint
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
INSERT INTO public.changes VALUES (1, 1, 1795720524341545, 1, 'created', NULL, NULL, NULL, 'Team');
INSERT INTO public.changes VALUES (2, 1, 1795720524397568, 1, 'created', NULL, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 7, 1795720524596795, 2, 'liked', 1, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 8, 1795720524640606, 3, 'liked', 1, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 9, 1795720524656170, 1, 'liked', 1, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 10, 1795720524685691, 1, 'liked', 2, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 11, 1795720524714721, 3, 'liked', 3, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 12, 1795720524734165, 2, 'liked', 4, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 13, 1795720524771271, 1, 'liked', 5, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 14, 1795720524790637, 1, 'unliked', 1, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 15, 1795720524828152, 3, 'unliked', 3, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 16, 1795720524852931, 1, 'edited', 4, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 17, 1795720524919171, 2, 'deleted', 5, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 18, 1795720524976327, 3, 'removed', NULL, 3, NULL, NULL);
INSERT INTO public.directs VALUES (1, 2, 2);
INSERT INTO public.facts VALUES ('version', 1);
INSERT INTO public.facts VALUES ('epoch', 1928140227547145859);
INSERT INTO public.facts VALUES ('place', -6884951682799073983);
INSERT INTO public.families VALUES (1, 1, 1798312523766766, false);
INSERT INTO public.families VALUES (2, 2, 1798312524001868, false);
INSERT INTO public.families VALUES (3, 3, 1798312524186307, false);
INSERT INTO public.likes VALUES (1, 1, 2, true, 1795720524596795, 7);
INSERT INTO public.likes VALUES (1, 1, 3, true, 1795720524640606, 8);
INSERT INTO public.likes VALUES (1, 2, 1, true, 1795720524685691, 10);
INSERT INTO public.likes VALUES (1, 4, 2, true, 1795720524734165, 12);
INSERT INTO public.likes VALUES (1, 1, 1, false, 1795720524790637, 14);
INSERT INTO public.likes VALUES (1, 3, 3, false, 1795720524828152, 15);
INSERT INTO public.made VALUES (1, 'make-1', 'b4de60cdb57af8145ce5f0ee10afa913596bf337049db3bef2c1dc44f15c684c', 1);
INSERT INTO public.members VALUES (2, 2, true, 1, 0, NULL, 0, 0, 1795720524397568, 0, NULL, 0, 0, 1795720524397568, 0);
INSERT INTO public.members VALUES (1, 1, true, 1, 2, NULL, 0, 0, 1795720524341545, 0, NULL, 0, 0, 1795720524341545, 0);
INSERT INTO public.members VALUES (1, 2, true, 1, 2, NULL, 0, 0, 1795720524341545, 0, NULL, 0, 0, 1795720524341545, 0);
INSERT INTO public.members VALUES (2, 1, true, 1, 1, NULL, 0, 0, 1795720524397568, 0, NULL, 0, 0, 1795720524397568, 0);
INSERT INTO public.members VALUES (1, 3, false, 1, 1, 5, 5, 1, 1795720524928092, 1, NULL, 0, 0, 1795720524341545, 0);
INSERT INTO public.messages VALUES (2, 6, 2, 1, 1, 1, 'text', 'only you', '{}', 1795720524572391, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.messages VALUES (1, 2, 3, 2, 2, 1, 'text', 'hello @ann', '{}', 1795720524488268, NULL, NULL, NULL, NULL, 1);
INSERT INTO public.messages VALUES (1, 1, 2, 1, 1, 1, 'text', 'Привет', '{}', 1795720524424042, NULL, NULL, NULL, NULL, 2);
INSERT INTO public.messages VALUES (1, 3, 4, 3, 3, 1, 'text', 'third', '{}', 1795720524514594, NULL, NULL, NULL, NULL, 0);
INSERT INTO public.messages VALUES (1, 4, 5, 4, 1, 2, 'text', 'fourth, edited', '{}', 1795720524532181, 1795720524852931, 16, NULL, NULL, 1);
INSERT INTO public.messages VALUES (1, 5, 6, 5, 2, 2, 'text', '', '{}', 1795720524550408, NULL, NULL, 1795720524919171, 17, 0);
INSERT INTO public.receipts VALUES (1, 3, 5, 5, 1795720524928092, 1);
INSERT INTO public.refresh_tokens VALUES ('ERfciwRoQ8msc-wzuoIKsQlZq9pnayeCdWLA-Y-49rk', 1, 1798312523766766, false);
INSERT INTO public.refresh_tokens VALUES ('Lf1OGH698oOLBKl9FzL749kLyC555VSug_ex8TwhqwY', 2, 1798312524001868, false);
INSERT INTO public.refresh_tokens VALUES ('5Xo6dAJE1cDwh4fm1XrLcV04Iy_TPLDrgvqZJRv0VIY', 3, 1798312524186307, false);
INSERT INTO public.rooms VALUES (2, 'direct', NULL, NULL, 1795720524397568, 2, 0, 1, 2, 1795720524572391, 6, 1, false, 0, 0);
INSERT INTO public.rooms VALUES (1, 'group', 'Team', 1, 1795720524341545, 18, 1, 18, 2, 1795720524976327, 5, 5, false, 0, 0);
INSERT INTO public.sent VALUES (1, 1, 'c0', '72576eb4021eee6c4bb404b63b6904a8f35b9c27333fd69f3f6cdb83cb9d5442', 1);
INSERT INTO public.sent VALUES (1, 2, 'c1', 'b7b29c09848f594a95ebb7fededf22792d45f2e2ea2d6389190d925d4f8d4583', 2);
INSERT INTO public.sent VALUES (1, 3, 'c2', '3e535cc20c3496162aee28420446b8940da5ea5e40eb0476e80b5411984ff5eb', 3);
INSERT INTO public.sent VALUES (1, 1, 'c3', '5093f4857bf1bbbd927ffcb8da103eabbc3c013d9f8b36811e9a076b8ef6790e', 4);
INSERT INTO public.sent VALUES (1, 2, 'c4', '951fcac6e6197785f75b093aaf82800a88709a2461b13b51973a9ff509d5d837', 5);
INSERT INTO public.sessions VALUES ('wru5P6A3PL33vH5eGell5SRMIFsL-Lj4z9lEfgaIykw', 1, 1796930123766766);
INSERT INTO public.sessions VALUES ('FqZj3lyQG7Jm0ZKzaqh-iCH5gs35ZGt1Le-8CCDtCdQ', 2, 1796930124001868);
INSERT INTO public.sessions VALUES ('Du857KwsKQqdHiX0-0qlDliOAuzV2oy1pbX4Kfdfqjo', 3, 1796930124186307);
INSERT INTO public.users VALUES (1, NULL, NULL, NULL, 'ann', 'ann', 'Ann', 'ann', '', '$argon2id$v=19$m=19456,t=2,p=1$eAOMvA4/gVMa7glw2wBwQg$Wc/yuO48tSpaVikdofIJqqfaqEFiP2Fzgl4S70pKVQs', NULL);
INSERT INTO public.users VALUES (2, NULL, NULL, NULL, 'bob', 'bob', 'Bob', 'bob', '', '$argon2id$v=19$m=19456,t=2,p=1$5AT+QIgFi3zP2Ly1a+1PBg$ybBKV5GmcNQubSCoP5XwQZeLDTmDGZ/J/aZeiZ+aDdI', NULL);
INSERT INTO public.users VALUES (3, NULL, NULL, NULL, 'eve', 'eve', 'Eve', 'eve', '', '$argon2id$v=19$m=19456,t=2,p=1$yZy+NqSENYysOsBUQwHYXA$zymPPENW7RItw1xgRr1UsGd8J+N+bI5oYBkSzbo4iTM', NULL);
SELECT pg_catalog.setval('public.families_ids', 3, true);
SELECT pg_catalog.setval('public.messages_ids', 64, true);
SELECT pg_catalog.setval('public.notifications_ids', 1, false);
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
ALTER TABLE ONLY public.likes
    ADD CONSTRAINT likes_pkey PRIMARY KEY (room, message, person);
ALTER TABLE ONLY public.lobby
    ADD CONSTRAINT lobby_pkey PRIMARY KEY (person);
ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_pkey PRIMARY KEY (person, client_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (room, person);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (room, id);
ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (person, id);
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
CREATE INDEX changes_by_age ON public.changes USING btree (at, room, seq);
CREATE INDEX families_by_expiry ON public.families USING btree (expires);
CREATE INDEX likes_standing ON public.likes USING btree (room, message, seq) WHERE liked;
CREATE INDEX lobby_leases ON public.lobby USING btree (lease, person) WHERE ((waiting IS NOT NULL) OR (room IS NOT NULL));
CREATE INDEX lobby_waiting ON public.lobby USING btree (waiting, person) WHERE (waiting IS NOT NULL);
CREATE INDEX members_by_delivery ON public.members USING btree (room, delivered_number, person);
CREATE INDEX members_by_joining ON public.members USING btree (room, joined, person) WHERE active;
CREATE INDEX members_by_move ON public.members USING btree (room, read_moved, person);
CREATE INDEX members_by_person ON public.members USING btree (person, room) WHERE active;
CREATE INDEX members_by_reading ON public.members USING btree (room, read_number, person);
CREATE INDEX messages_by_sender ON public.messages USING btree (room, sender, id, own_number);
CREATE UNIQUE INDEX messages_by_seq ON public.messages USING btree (room, seq);
CREATE INDEX messages_deleted ON public.messages USING btree (room, number, sender) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX notifications_named ON public.notifications USING btree (person, client_id) WHERE (client_id IS NOT NULL);
CREATE INDEX notifications_unread ON public.notifications USING btree (person, id) WHERE (read_at IS NULL);
CREATE INDEX receipts_by_age ON public.receipts USING btree (at, room, person, number);
CREATE INDEX refresh_tokens_by_family ON public.refresh_tokens USING btree (family);
CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires);
CREATE INDEX users_by_name ON public.users USING btree (shown, folded);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_high_fkey FOREIGN KEY (high) REFERENCES public.users(id);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_low_fkey FOREIGN KEY (low) REFERENCES public.users(id);
ALTER TABLE ONLY public.directs
    ADD CONSTRAINT directs_room_fkey FOREIGN KEY (room) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.families
    ADD CONSTRAINT families_person_fkey FOREIGN KEY (person) REFERENCES public.users(id);
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
