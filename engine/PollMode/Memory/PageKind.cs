namespace PollMode;

/// <summary>The pages that back a slab, from the best to the last resort.</summary>
public enum PageKind
{
    /// <summary>One-GiB hugetlb pages: one translation for 512 slabs.</summary>
    Huge1GiB,

    /// <summary>Two-MiB hugetlb pages: one translation for a slab.</summary>
    Huge2MiB,

    /// <summary>Ordinary memory that the kernel is asked to back with transparent huge pages.</summary>
    TransparentHuge,

    /// <summary>Plain 4-KiB pages: 512 translations for a slab.</summary>
    Small4KiB,
}
