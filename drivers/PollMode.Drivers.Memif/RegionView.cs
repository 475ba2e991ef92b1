using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// The region that descriptors point into, kept at hand while they go on pointing into the same: a burst looks a region up once, and
/// compares each descriptor with two numbers.
/// </summary>
internal unsafe ref struct RegionView
{
    private readonly Region[] _regions;
    private uint _index;
    private ulong _bytes;

    internal RegionView(Region[] regions)
    {
        _regions = regions;
        _index = uint.MaxValue;
    }

    /// <summary>The region's first byte, after <see cref="Has"/>.</summary>
    internal byte* Start { get; private set; }

    /// <summary>Whether it may be touched.</summary>
    internal bool IsTouchable { get; private set; }

    /// <summary>Whether there is such a region, and in it all that the descriptor says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Has(in Descriptor descriptor) =>
        (descriptor.Region == _index || TrySwitch(descriptor.Region)) && (ulong)descriptor.Offset + descriptor.Length <= _bytes;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TrySwitch(uint index)
    {
        if (index >= (uint)_regions.Length)
        {
            return false;
        }

        Region region = _regions[index];
        _index = index;
        _bytes = region.Bytes;
        Start = region.Address;
        IsTouchable = region.IsTouchable;
        return true;
    }
}
