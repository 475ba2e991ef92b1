using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Filtering;
using PollMode.Linux;

namespace PollMode.EndToEnd;

/// <summary>An XDP program that drops every frame of an interface: what the kernel could give to a receiver that costs nothing.</summary>
internal sealed class DropProgram : IDisposable
{
    private readonly BpfProgram _program;
    private readonly BpfLink _link;

    internal DropProgram(string networkNamespace, string device)
    {
        _program = BpfProgram.Load(new BpfAssembler().Move(BpfRegister.R0, FilterCompiler.Drop).Exit().Assemble(), "pollmode_drop", 0);
        _link = NetworkNamespace.Run(networkNamespace, () => BpfLink.TryAttach(_program, LibC.InterfaceIndex(device), BpfLink.NativeMode, out int errno)
            ?? throw new PollModeException($"An XDP program cannot be attached to '{device}' (errno {errno})."));
    }

    public void Dispose()
    {
        _link.Dispose();
        _program.Dispose();
    }
}
