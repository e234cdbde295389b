//! A Bitbucket to develop and test against.
