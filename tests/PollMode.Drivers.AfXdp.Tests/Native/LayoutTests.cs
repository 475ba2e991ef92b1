using System.Runtime.CompilerServices;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp.Tests.Native;

/// <summary>Sizes and offsets of the kernel's structs, from linux/if_xdp.h and linux/bpf.h.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structs_of_sockets_are_as_large_as_the_kernels()
    {
        Assert.Equal(16, sizeof(XdpDescriptor));
        Assert.Equal(24, sizeof(XskTxMetadata));
        Assert.Equal(32, sizeof(XdpRingOffset));
        Assert.Equal(128, sizeof(XdpRingOffsets));
        Assert.Equal(32, sizeof(XdpUmemRegistration));
        Assert.Equal(16, sizeof(SocketAddressXdp));
        Assert.Equal(48, sizeof(XdpStatistics));
        Assert.Equal(32, sizeof(RxMetadata));
        Assert.Equal(8, sizeof(AfXdp.Native.PollDescriptor));
    }

    [Fact]
    public void Fields_of_sockets_lie_where_the_kernel_looks()
    {
        Assert.Equal([0, 8, 12], Offsets<XdpDescriptor>(x => [(nint)(&x->Address), (nint)(&x->Length), (nint)(&x->Options)]));
        Assert.Equal([0, 8, 10, 8], Offsets<XskTxMetadata>(x => [(nint)(&x->Flags), (nint)(&x->ChecksumStart), (nint)(&x->ChecksumOffset), (nint)(&x->Timestamp)]));
        Assert.Equal([0, 8, 16, 20, 24, 28], Offsets<XdpUmemRegistration>(x =>
            [(nint)(&x->Address), (nint)(&x->Length), (nint)(&x->ChunkBytes), (nint)(&x->Headroom), (nint)(&x->Flags), (nint)(&x->TxMetadataBytes)]));
        Assert.Equal([0, 2, 4, 8, 12], Offsets<SocketAddressXdp>(x =>
            [(nint)(&x->Family), (nint)(&x->Flags), (nint)(&x->InterfaceIndex), (nint)(&x->Queue), (nint)(&x->SharedUmemFd)]));
    }

    [Fact]
    public void Fields_of_bpf_attributes_lie_where_the_kernel_looks()
    {
        Assert.Equal([0, 4, 8, 12, 16, 28], Offsets<BpfAttributes.MapCreate>(x =>
            [(nint)(&x->MapType), (nint)(&x->KeySize), (nint)(&x->ValueSize), (nint)(&x->MaxEntries), (nint)(&x->MapFlags), (nint)x->Name]));
        Assert.Equal([0, 8, 16, 24], Offsets<BpfAttributes.MapElement>(x => [(nint)(&x->MapFd), (nint)(&x->Key), (nint)(&x->Value), (nint)(&x->Flags)]));
        Assert.Equal([0, 4, 8, 16, 24, 28, 32, 44, 48, 64, 68], Offsets<BpfAttributes.ProgramLoad>(x =>
            [(nint)(&x->ProgramType), (nint)(&x->InstructionCount), (nint)(&x->Instructions), (nint)(&x->License), (nint)(&x->LogLevel), (nint)(&x->LogSize),
             (nint)(&x->LogBuffer), (nint)(&x->ProgramFlags), (nint)x->Name, (nint)(&x->InterfaceIndex), (nint)(&x->ExpectedAttachType)]));
        Assert.Equal([0, 4, 8, 12], Offsets<BpfAttributes.LinkCreate>(x => [(nint)(&x->ProgramFd), (nint)(&x->InterfaceIndex), (nint)(&x->AttachType), (nint)(&x->Flags)]));
        Assert.Equal([0, 4, 8, 12, 16, 24, 32, 48, 64], Offsets<BpfAttributes.TestRun>(x =>
            [(nint)(&x->ProgramFd), (nint)(&x->ReturnValue), (nint)(&x->DataSizeIn), (nint)(&x->DataSizeOut), (nint)(&x->DataIn), (nint)(&x->DataOut),
             (nint)(&x->Repeat), (nint)(&x->ContextIn), (nint)(&x->Flags)]));
    }

    private delegate nint[] Fields<T>(T* value)
        where T : unmanaged;

    private static int[] Offsets<T>(Fields<T> fields)
        where T : unmanaged
    {
        T value = default;
        T* start = (T*)Unsafe.AsPointer(ref value);
        return [.. fields(start).Select(address => (int)(address - (nint)start))];
    }
}
