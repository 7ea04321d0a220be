//! Choose between V1 and V4.
//!
//! Use V4 if you know the region of the bucket.
//!
//! Aliyun is withdrawing V1 in steps: for accounts created since March 2025, and for buckets created since September 2025.
//! It has published no date for older ones ([notice](https://www.alibabacloud.com/en/notice/notice_on_the_discontinuation_of_the_oss_v1_signature_algorithm_40f)).
//! OSS then answers HTTP 403 with the EC `0002-00000080` ([reference](https://help.aliyun.com/en/oss/user-guide/0002-00000080)).
//! Sign the same request with V4 after that response.
//! Do not do so after `SignatureDoesNotMatch`: the secret is wrong or the request was changed, and another version would hide that.
//!
//! | | V1 | V4 |
//! |---|---|---|
//! | needs the region | no | yes |
//! | signs every query parameter | no, a fixed list | yes |
//! | signs more headers on demand | no | yes |
//! | a key without the secret | no | [`SigningKey`](crate::v4::SigningKey), for a day |
//! | known to old gateways | yes | not always |
//!
//! V1 signs object keys raw.
//! So the key `a?uploads` has the same V1 signature as the sub-resource `uploads` of the key `a`; V4 distinguishes them.
