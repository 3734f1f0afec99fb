// OpenSSL, and those of its macros that Swift does not see.
#pragma once
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

static inline int nd_set_versions(SSL_CTX *context, int least, int most) {
    return SSL_CTX_set_min_proto_version(context, least) && SSL_CTX_set_max_proto_version(context, most);
}

static inline void nd_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

static inline void nd_set_session_cache(SSL_CTX *context, long mode) { SSL_CTX_set_session_cache_mode(context, mode); }

static inline int nd_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline void nd_set_owner(SSL *session, void *owner) { SSL_set_app_data(session, owner); }

static inline void *nd_owner(const SSL *session) { return SSL_get_app_data(session); }

static inline void nd_retry_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}

static inline void nd_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline long nd_memory(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }

static inline unsigned long nd_name_flags(void) { return XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB; }

static inline int nd_chain_length(const STACK_OF(X509) *chain) { return chain ? sk_X509_num(chain) : 0; }

static inline X509 *nd_chain_at(const STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }

// What a server sends behind its own certificate.
static inline const STACK_OF(X509) *nd_own_chain(SSL_CTX *context) {
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(context, &chain);
    return chain;
}

// The number of certificates and lists that a store holds now; those of a directory come in as they are needed.
static inline int nd_store_size(X509_STORE *store) { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); }

static inline int nd_names_count(const GENERAL_NAMES *names) { return names ? sk_GENERAL_NAME_num(names) : 0; }

// One alternative name: its kind, 'd' for DNS and 'i' for an address, else 0; `text` gets it with a zero behind it.
static inline char nd_name_at(const GENERAL_NAMES *names, int index, char *text, size_t size) {
    int kind = 0;
    void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &kind);
    const ASN1_STRING *string = (const ASN1_STRING *)value;
    if (kind != GEN_DNS && kind != GEN_IPADD) return 0;
    const unsigned char *bytes = ASN1_STRING_get0_data(string);
    size_t length = (size_t)ASN1_STRING_length(string);
    if (kind == GEN_DNS) {
        if (length >= size) return 0;
        memcpy(text, bytes, length);
        text[length] = 0;
        return 'd';
    }
    int family = length == 4 ? AF_INET : length == 16 ? AF_INET6 : 0;
    return family && inet_ntop(family, bytes, text, (socklen_t)size) ? 'i' : 0;
}

static inline void nd_free_names(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }
