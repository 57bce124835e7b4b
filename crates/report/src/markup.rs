//! Assembly of HTML text.

/// Concatenated markup of all items.
pub(crate) fn joined<T>(
    items: impl IntoIterator<Item = T>,
    markup: impl Fn(T) -> String,
) -> String {
    items.into_iter().map(markup).collect()
}
