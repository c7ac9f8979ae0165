"""What is taken for a secret, and what is not: names, texts and addresses."""

from base64 import urlsafe_b64encode

import pytest

from archlint.rulebook.checks.security.secret_texts import (
    is_known_token,
    is_secret_name,
    is_signing_name,
    is_weak_secret,
    looks_secret,
    url_password,
)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "DB_PASSWORD", "dbPassword", "password2", "secret", "CLIENT_SECRET", "api_key", "apiKey"),
        *("AWS_SECRET_ACCESS_KEY", "auth_token", "X-Api-Key", "SECRET_KEY", "passwd", "smtp_pwd", "ENCRYPTION_KEY"),
        *("SENTRY_AUTH_TOKEN", "ALGOLIA_ADMIN_API_KEY", "intercomAccessToken", "SEGMENT_SECRET_KEY"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("password_field", "TOKEN_URL", "token_type", "CONF_API_KEY", "HEADER_AUTH_TOKEN", "pad_token", "next_token"),
        *("password_hash", "PUBLIC_KEY", "cache_key", "primary_key", "key", "keyboard", "tokenizer", "secret_name"),
        *("STORAGE_KEY", "SESSION_KEY", "COOKIE_KEY", "forgot_password_url", "passenger", "compass", "INVALID_TOKEN"),
        *("AMPLITUDE_API_KEY", "posthogApiKey", "ALGOLIA_SEARCH_API_KEY"),
    ],
)
def test_names_about_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_keys_that_the_program_makes_up() -> None:
    assert all(map(is_signing_name, ("SECRET_KEY", "jwt_secret", "signing_key", "SECRET", "encryption_key")))
    assert not any(map(is_signing_name, ("api_key", "client_secret", "access_key", "password", "auth_token", "x")))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secret_key", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"),
        ("password", "Tr0ub4dor&3"),
        ("password", "admin123"),
        ("password", "s3cr3t"),
        ("api_key", "sk-1234567890abcdef"),
        ("token", "tkn_9f8e7d6c5b4a3210"),
        ("api_key", "1f5b0c7a9e2d4f6a8b3c"),
        ("secret_key", "django-insecure-9w8&x$k2!v_q@z5t0"),
        ("private_key", "PHES7U2RADREWAFEBUSTUBAWRASWUTUS2"),
    ],
)
def test_secrets(name: str, text: str) -> None:
    assert looks_secret(text, name)


@pytest.mark.parametrize(
    "text",
    [
        *("", "password", "password2", "access_token", "Enter your password", "/run/secrets/db-1", "auth.users.token1"),
        *("your-api-key-123", "changeme123!", "<token-1>", "${PASSWORD_1}", "{token1}", "xxxxxxxx1", "pDischarge1"),
        *("https://auth.example.com/token1", "me1@example.com", "v1-public-key-2024", "bdc1DischargePower", "********"),
        *(
            "X-Api-Key-V2",
            "polar_cl_e2e_seed_checkout",
            "test_token_12",
            "%s:%s",
            "aaaaaaaa1",
            "12345678",
            "1234567890-abcdef",
            "@hackbot2",
            "anonymous@1",
            "shop:wiki:full-rebuild",
            "phc_muk9qE3TfZsX3SZ9XxX52kCGJBclrjhkP9JxAQcm1PZ",
            "pk_live_51H8abcdEFGH1234ijkl",
        ),
    ],
)
def test_no_secrets(text: str) -> None:
    assert not looks_secret(text, "api_key")


@pytest.mark.parametrize("text", ["dev", "development", "supersecret", "super secret jwt secret", "my-own-secret-1"])
def test_words_that_work_as_a_secret(text: str) -> None:
    expected = text != "my-own-secret-1"  # "my-..." stands for one
    assert is_weak_secret(text, "JWT_SECRET", setting=False) is expected


def test_prompts_are_no_passwords() -> None:
    assert not any(looks_secret(text, "password") for text in ("Passwort:", "Kennwort?", "Mot-de-passe:", "Wachtwoord"))


def test_words_that_are_a_default() -> None:
    assert is_weak_secret("secret", "SECRET_KEY", setting=True)
    assert is_weak_secret("postgres", "DB_PASSWORD", setting=True)
    assert not is_weak_secret("test", "API_KEY", setting=True)
    assert not is_weak_secret("JWT_SECRET", "JWT_SECRET", setting=True)


@pytest.mark.parametrize(
    "text",
    [
        "@hackbot",
        "shop:full-rebuild",
        "secret",
        "jwt_secret",
        "oauth2_jwt_secret",
        "none",
        "changeme",
        "x",
        "app.secret.x",
    ],
)
def test_words_that_are_labels(text: str) -> None:
    assert not is_weak_secret(text, "JWT_SECRET", setting=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("postgresql://shop:k3-Pq.91z@db.internal/shop", ("k3-Pq.91z", False)),
        ("redis://:k3-Pq.91z@cache:6379/0", ("k3-Pq.91z", False)),
        ("https://shop:a%20b%21c@git.internal/x.git", ("a b!c", False)),
        ("amqp://guest:guest@localhost:5672//", ("guest", True)),
        ("postgresql://user:pass@localhost/db", ("pass", True)),
        ("postgresql://postgres:postgres@db/postgres", ("postgres", True)),
        ("postgresql://user:password@host:5432/db", None),
        ("postgresql://{user}:{password}@db/shop", None),
        ("redis://:${PASSWORD}@redis:6379", None),
        ("https://user:pass@example.com/", None),
        ("https://git@git.internal/x.git", None),
        ("https://db.internal:8080/a@b", None),
        ("see postgresql://shop:k3-Pq.91z@db.internal/shop", None),
        ("", None),
    ],
)
def test_passwords_in_addresses(text: str, found: tuple[str, bool] | None) -> None:
    assert url_password(text) == found


def test_tokens_of_services() -> None:
    assert is_known_token("AKIAQ4J7KQWE5TRZP2LM")
    assert is_known_token("ghp_" + "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5")
    assert not is_known_token("AKIAIOSFODNN7EXAMPLE")
    assert not is_known_token("-----BEGIN PRIVATE KEY-----")
    assert not is_known_token("ghp_token_of_the_user_name")


def test_json_web_tokens() -> None:
    def token(claims: str, signature: str) -> str:
        return ".".join(
            [
                *(urlsafe_b64encode(each).decode().rstrip("=") for each in (b'{"alg":"HS256"}', claims.encode())),
                signature,
            ]
        )

    signature = "q7Wm2ZkXv9Lr4TbNc8JhYd1FgSa6PeUo"
    assert is_known_token(token('{"sub":"billing","role":"admin"}', signature))
    assert is_known_token("Bearer " + token('{"sub":"billing","role":"admin"}', signature))
    assert not is_known_token(token('{"iss":"shop","role":"anon"}', signature))
    assert not is_known_token(token('{"sub":"1234567890","name":"Jo"}', signature))
    assert is_known_token(
        "SG." + "Kq3eyJ9mTz7wLr5Vb2Nc8" + "." + signature
    )  # another service's, with the same three letters
