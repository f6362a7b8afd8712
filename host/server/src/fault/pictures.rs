//! The codes of pictures, sorted: what a picture is not, and why one was not had or written.

use super::{Entry, Fault, entry};

pub(super) const PICTURES: &[Entry] = &[
    entry(
        "image-broken",
        Fault::Data,
        1,
        "The picture ends too early or contradicts itself.",
        "Upload it again in the directory; what the account shows stays.",
    ),
    entry(
        "image-format",
        Fault::Data,
        1,
        "The picture is in a format that is not read.",
        "Use JPEG, PNG, GIF or WebP in the directory.",
    ),
    entry(
        "image-too-large",
        Fault::Data,
        1,
        "The picture says that it has more pixels than are decoded.",
        "Use a smaller picture in the directory; 24 million pixels are the most.",
    ),
    entry(
        "image-too-small",
        Fault::Data,
        1,
        "The picture has a few pixels only: a placeholder.",
        "Use a picture of at least 48 pixels an edge in the directory.",
    ),
    entry(
        "not-an-image",
        Fault::Data,
        1,
        "What should be a picture is none.",
        "Look at what the directory holds; a link may lead to a page instead of a picture.",
    ),
    entry(
        "picture-gone",
        Fault::Retry,
        1,
        "The picture that a plan speaks of is not kept any more.",
        "Make a new plan.",
    ),
    entry(
        "picture-link",
        Fault::Data,
        1,
        "The link to a picture leads to none, or to where no link may lead.",
        "Correct the link in the directory; for a host of your own network name it in `[source] picture-hosts`.",
    ),
    entry(
        "picture-permission",
        Fault::Operator,
        1,
        "The product does not let the service account set other people's pictures.",
        "Take `photo` out of this target.",
    ),
    entry(
        "picture-too-large",
        Fault::Data,
        1,
        "The picture has more than 5 MiB.",
        "Use a smaller picture in the directory.",
    ),
    entry(
        "picture-unanswered",
        Fault::Retry,
        1,
        "The source said nothing about a person's picture.",
        "Nothing: the next run asks again.",
    ),
    entry(
        "pictures-later",
        Fault::Retry,
        1,
        "The time or room that a run gives to pictures was used up.",
        "Nothing: the next run goes on. `[limits] picture-seconds` and `picture-mib` give more.",
    ),
];
